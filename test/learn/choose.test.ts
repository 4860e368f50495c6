import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { casesOf } from "../../src/learn/data/cases.ts";
import { createDataset, createPace } from "../../src/learn/index.ts";
import { choose } from "../../src/learn/study/choose.ts";
import type { Shortlists } from "../../src/learn/study/shortlists.ts";

const USERS = 400;
const ITEMS = 50;
const [POPULARITY, SESSIONS, CONTENT, PARTS] = [0, 2, 3, 4];

const log = createDataset(
  Array.from({ length: USERS }, (_, user) => ({
    ...{ userId: `u${user}`, itemId: `i${user % ITEMS}`, timeMs: user, weight: 1, typeCode: 1 },
  })),
);
const every = [...log.userIds.keys()];
const cases = casesOf(
  log,
  { rows: every, users: every, historyEnds: every },
  { maskSeen: false, mean: "case" },
);

/** One list for each case, its target at a random place; `score` of a part says what it gives to which item. */
function shortlists(score: (part: number, isTarget: boolean, random: number) => number): Shortlists {
  const prng = createPrng("choose");
  const places = Int32Array.from(every, () => prng.int(ITEMS));
  const scores = every.map((one) =>
    Float32Array.from({ length: PARTS * ITEMS }, (_, cell) =>
      score(cell % PARTS, Math.floor(cell / PARTS) === places[one], prng.next()),
    ),
  );
  return { parts: PARTS, scores, groupOf: Uint32Array.from(every), places };
}

const NAMES = { names: ["popularity", "linear", "sessions"], contentAt: CONTENT };

describe("what is chosen of the parts", () => {
  const pace = createPace(async () => {});

  it("is popularity alone where the others are noise, though they break its ties", async () => {
    // Five levels: ten items of each are equal.
    const lists = shortlists((part, isTarget, random) =>
      part === POPULARITY ? Math.floor(5 * Math.max(random, isTarget ? 0.5 : 0)) : random,
    );
    const { weights, figures, reason } = await choose(lists, cases, NAMES, pace);
    // Counted against it, its ties make it look worse than with any noise beside it.
    expect(figures.content).toBeGreaterThan(1.1 * (figures.popularity as number));
    expect(weights).toEqual([1, 0, 0, 0]);
    expect(reason).toContain("no blend exceeds popularity by more than noise");
  });

  it("names a learner only where the learner has a weight", async () => {
    const lists = shortlists((part, isTarget, random) => {
      if (part === SESSIONS) return 0;
      return part === CONTENT && isTarget ? random + 0.4 : random;
    });
    const { weights, figures, reason } = await choose(lists, cases, NAMES, pace);
    expect(weights[SESSIONS]).toBe(0);
    expect(weights[CONTENT]).toBeGreaterThan(0);
    expect(Object.keys(figures)).not.toContain("sessions");
    expect(reason).toMatch(
      /^no blend exceeds content .* content exceeds popularity alone by [\d.]+ standard/,
    );
  });

  it("is the blend where each part knows of the targets what the others do not", async () => {
    const knows = [0.3, 0.35, 0.35, 0.3];
    const lists = shortlists((part, isTarget, random) => random + (isTarget ? (knows[part] as number) : 0));
    const { weights, reason } = await choose(lists, cases, NAMES, pace);
    expect(Math.min(...weights)).toBeGreaterThan(0);
    expect(reason).toMatch(/^the blend exceeds each of its parts by [\d.]+ standard errors/);
  });

  it("lets other work of the thread run between two blends", async () => {
    const lists = shortlists((_, __, random) => random);
    const scores = lists.scores.reduce((sum, { length }) => sum + length, 0);
    const spent: number[] = [];
    await choose(lists, cases, NAMES, { spend: async (operations) => void spent.push(operations) });
    // No blend's work goes unmentioned, and none is mentioned with another's.
    expect(spent.length).toBeGreaterThan(100);
    expect(new Set(spent)).toEqual(new Set([3 * scores]));
  });
});
