import { beforeAll, describe, expect, it } from "vitest";
import { ticksOf } from "../../scripts/plots/index.ts";
import { oraclePolicy, randomPolicy } from "../../scripts/worth/bounds.ts";
import { browseList, type Mind, oddsNow } from "../../scripts/worth/choice.ts";
import { figuresOf } from "../../scripts/worth/intervals.ts";
import { neighboursPolicy } from "../../scripts/worth/neighbours.ts";
import { pageOf } from "../../scripts/worth/page.ts";
import { bestOf, type Night, type Policy, type Question } from "../../scripts/worth/policy.ts";
import { popularityPolicy } from "../../scripts/worth/popularity.ts";
import { measureWorth, replay, type Worth } from "../../scripts/worth/run.ts";
import { makeSeason } from "../../scripts/worth/season.ts";
import { createTally } from "../../scripts/worth/tally.ts";
import { World } from "../../scripts/worth/world.ts";
import { createPrng, DEVICE_HISTORY_MAX } from "../../src/base/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";

const TINY = { seed: 1, days: 3, scale: "tiny", visitsFactor: 8, repeats: false } as const;
const nothing = () => {};

function measureTiny(): Promise<Worth> {
  return measureWorth({
    ...TINY,
    engine: nodeEngine(),
    budgetSeconds: 2,
    learners: ["linear"],
    onProgress: nothing,
  });
}

describe("worth in the tiny shop", () => {
  let worth: Worth;
  beforeAll(async () => {
    worth = await measureTiny();
  }, 120_000);

  it("is the same for the same seed", async () => {
    expect(JSON.stringify(await measureTiny())).toBe(JSON.stringify(worth));
  }, 120_000);

  it("lies between chance and knowing the tastes, beyond the intervals", () => {
    const policies = worth.weekly[0]?.policies ?? {};
    const clicks = (name: string) =>
      policies[name]?.clicksPerSession ?? { value: Number.NaN, low: Number.NaN, high: Number.NaN };
    expect(clicks("ours").low).toBeGreaterThan(clicks("random").high);
    expect(clicks("oracle").low).toBeGreaterThan(clicks("ours").high);
    expect(clicks("oracle").low).toBeGreaterThan(clicks("popularity").high);
  });

  it("is alike for all that has to be learnt on the first day, when nothing is known", () => {
    const { policies, oursOver } = worth.daily[0] as Worth["daily"][number];
    expect(policies.ours).toEqual(policies.popularity);
    expect(policies["item-knn"]).toEqual(policies.popularity);
    expect(oursOver.popularity).toEqual({ value: 0, low: 0, high: 0 });
    expect(worth.daily.slice(1).some((window) => window.oursOver.popularity?.value !== 0)).toBe(true);
  });

  it("adds up: a week's sessions are its days'", () => {
    const sessions = worth.daily.reduce((sum, window) => sum + window.sessions, 0);
    expect(worth.weekly[0]?.sessions).toBe(sessions);
    expect(sessions).toBe(makeSeason(TINY).visits.length);
  });

  it("is drawn on a page that fetches nothing", () => {
    const page = pageOf(worth);
    expect(page.match(/<svg /g)).toHaveLength(4);
    expect(page).not.toMatch(/https?:|<script|src=|@import|url\(/);
    expect(page).not.toContain("NaN");
    expect(page).toContain("prefers-color-scheme: dark");
  });
});

/** Notes all that a policy is told, and shows the same as the policy it stands before. */
class Witness implements Policy {
  readonly name = "witness";
  readonly nights: Night[] = [];
  readonly questions: { question: Question; list: number[] }[] = [];
  readonly #policy: Policy;
  constructor(policy: Policy) {
    this.#policy = policy;
  }
  async learn(night: Night): Promise<void> {
    this.nights.push(night);
    await this.#policy.learn(night);
  }
  async rank(question: Question): Promise<number[]> {
    const list = await this.#policy.rank(question);
    this.questions.push({ question: { ...question, allowed: question.allowed.slice() }, list });
    return list;
  }
}

describe("a policy", () => {
  const season = makeSeason(TINY);
  const witness = new Witness(popularityPolicy(season.products));
  const tally = () => createTally(season.days, season.shoppers.length);
  const worlds = [
    new World(season, witness, tally()),
    new World(season, popularityPolicy(season.products), tally()),
  ];
  beforeAll(() => replay(season, worlds, nothing));

  it("learns only from what happened before the night", () => {
    expect(witness.nights).toHaveLength(season.days - 1);
    for (const { rows, nowMs } of witness.nights) {
      expect(Math.max(...rows.map(({ timeMs }) => timeMs))).toBeLessThan(nowMs);
    }
    const counts = witness.nights.map(({ rows }) => rows.length);
    expect(counts[0]).toBeGreaterThan(100);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  });

  it("is asked with what the device saw before, never with what is to come or what she likes", () => {
    const rows = (worlds[0] as World).night(0).rows;
    const firstSeenMs = new Map<string, number>();
    for (const { itemId, timeMs } of rows) {
      firstSeenMs.set(itemId, Math.min(timeMs, firstSeenMs.get(itemId) ?? Number.POSITIVE_INFINITY));
    }
    for (const { question } of witness.questions) {
      const seenMs = question.recent.map(
        (index) => firstSeenMs.get(season.products[index]?.item.item_id ?? "") ?? Number.NaN,
      );
      const isPast = seenMs.every((time) => time < question.timeMs);
      const { length } = question.recent;
      if (!isPast || length > DEVICE_HISTORY_MAX || question.odds !== undefined)
        expect.unreachable(`asked at ${question.timeMs} with ${seenMs}`);
    }
  });

  it("shows ten products that are on sale by then, and none that the device remembers", () => {
    expect(witness.questions.length).toBeGreaterThan(1_000);
    const wrong = witness.questions.filter(({ question, list }) => {
      const mayBeShown = (index: number) => {
        const { publishedAgeMs = 0, item } = season.products[index] ?? {};
        const isNew = !question.recent.includes(index);
        return season.timeMs(publishedAgeMs) < question.timeMs && item?.stock !== 0 && isNew;
      };
      return new Set(list).size !== 10 || !list.every(mayBeShown);
    });
    expect(wrong).toEqual([]);
  });

  it("meets the same chance as its equal: two worlds of one policy are the same to the last click", () => {
    const [one, other] = worlds as [World, World];
    for (const kind of ["visits", "clicks", "purchases"] as const) {
      expect(other.tally[kind].between(0, 2)).toEqual(one.tally[kind].between(0, 2));
    }
    expect(other.night(0).rows).toEqual(one.night(0).rows);
  });
});

describe("a shopper with a list", () => {
  const mindOf = (odds: number[], chances: number[]): Mind => ({
    odds: Float64Array.from(odds),
    chance: (index) => chances[index] ?? 1,
    looked: new Set(),
    passed: new Set(),
    known: new Set(),
    bought: new Set(),
  });

  it("clicks on the first that tempts her, and passes over what does not for the rest of the visit", () => {
    const mind = mindOf([0.5, 0.5, 0.5], [0.9, 0.9, 0.1]);
    let click: number | null = null;
    for (let page = 0; click === null; page++) click = browseList([0, 1, 2], mind, createPrng(page));
    expect(click).toBe(2);
    expect([...mind.passed]).toEqual([0, 1]);
    expect(oddsNow(mind, 0)).toBe(0);
  });

  it("looks at each place 0.6 times as often as at the one above", () => {
    const looks = [0, 0, 0, 0];
    for (let page = 0; page < 20_000; page++) {
      const mind = mindOf([0, 0, 0, 0], []);
      browseList([0, 1, 2, 3], mind, createPrng(`page/${page}`));
      for (const index of mind.passed) looks[index] = (looks[index] ?? 0) + 1;
    }
    for (const place of [1, 2, 3]) {
      expect((looks[place] ?? 0) / (looks[place - 1] ?? 1)).toBeCloseTo(0.6, 1);
    }
  });

  it("is tempted less by what she knows, and not by what she has just looked at or bought", () => {
    const mind = {
      ...mindOf([0.5, 0.5, 0.5, 0.5], []),
      known: new Set([1]),
      looked: new Set([2]),
      bought: new Set([3]),
    };
    expect([0, 1, 2, 3].map((index) => oddsNow(mind, index))).toEqual([0.5, 0.15, 0, 0]);
  });
});

describe("the policies on a log by hand", () => {
  const { products } = makeSeason(TINY);
  const id = (index: number) => products[index]?.item.item_id ?? "";
  const row = (userId: string, index: number, weight = 1) => ({
    userId,
    itemId: id(index),
    timeMs: 0,
    weight,
    typeCode: 1,
  });
  const night: Night = {
    nowMs: 1,
    published: new Uint8Array(products.length).fill(1),
    rows: [
      ...["a", "b", "c"].flatMap((user) => [row(user, 0), row(user, 1)]),
      ...["d", "e", "f", "g", "h"].map((user) => row(user, 2)),
      row("d", 0),
    ],
  };
  const question = (recent: number[], odds?: Float64Array): Question => ({
    recent,
    allowed: Uint8Array.from(products, (_, index) => (recent.includes(index) ? 0 : 1)),
    timeMs: 2,
    limit: 3,
    prng: createPrng(1),
    ...(odds === undefined ? {} : { odds }),
  });

  it("item-kNN puts what the same visitors looked at first, then the popular", async () => {
    const policy = neighboursPolicy(products);
    await policy.learn(night);
    expect((await policy.rank(question([0]))).slice(0, 2)).toEqual([1, 2]);
    expect((await policy.rank(question([1])))[0]).toBe(0);
    expect((await policy.rank(question([])))[0]).toBe(2);
  });

  it("popularity puts the most wanted first for everybody", async () => {
    const policy = popularityPolicy(products);
    await policy.learn(night);
    expect(await policy.rank(question([]))).toEqual([2, 0, 1]);
  });

  it("the oracle goes by the odds, chance by none", async () => {
    const odds = Float64Array.from(products, (_, index) => (index === 7 ? 0.9 : index === 5 ? 0.8 : 0.1));
    expect((await oraclePolicy().rank(question([], odds))).slice(0, 2)).toEqual([7, 5]);
    expect(await randomPolicy().rank(question([]))).toHaveLength(3);
  });

  it("the best are the allowed with the highest scores, equal ones in order", () => {
    const asked = { ...question([]), allowed: Uint8Array.of(1, 1, 0, 1, 1, 1), limit: 3 };
    expect(bestOf(asked, [1, 3, 9, 3, Number.NaN, 2])).toEqual([1, 3, 5]);
    expect(bestOf(asked, [Number.NEGATIVE_INFINITY, 1, 9])).toEqual([1]);
  });
});

describe("the intervals", () => {
  it("hold the truth about as often as they say", () => {
    let held = 0;
    for (let trial = 0; trial < 30; trial++) {
      const prng = createPrng(`trial/${trial}`);
      const tallies = new Map(["popularity", "ours", "oracle"].map((name) => [name, createTally(1, 120)]));
      for (let shopper = 0; shopper < 120; shopper++) {
        const visits = 1 + prng.int(3);
        for (let visit = 0; visit < visits; visit++) {
          const lot = prng.next();
          for (const [at, tally] of [...tallies.values()].entries()) {
            tally.visits.add({ day: 0, shopper });
            if (lot < 0.2 * (at + 1)) tally.clicks.add({ day: 0, shopper });
          }
        }
      }
      const { policies, oursOver, shareOfOracle } = figuresOf(tallies, { first: 0, last: 0 }, trial);
      const { low, high } = policies.ours?.clicksPerSession ?? { low: 1, high: 0 };
      if (low <= 0.4 && 0.4 <= high) held++;
      expect(oursOver.oracle?.value).toBeLessThanOrEqual(0);
      expect(shareOfOracle.low).toBeLessThanOrEqual(shareOfOracle.value);
      expect(shareOfOracle.value).toBeLessThanOrEqual(shareOfOracle.high);
    }
    expect(held).toBeGreaterThanOrEqual(25);
  });
});

it("an axis runs between round numbers around all values", () => {
  expect(ticksOf([0, 0.93])).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => expect.closeTo(value)));
  expect(ticksOf([-0.1, 1.2]).at(0)).toBeLessThanOrEqual(-0.1);
  expect(ticksOf([0])).toHaveLength(2);
});
