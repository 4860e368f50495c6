import { describe, expect, it } from "vitest";
import { parseRules, type Rules } from "../../src/rules/index.ts";
import {
  type AnswerRequest,
  answerPlacements,
  createMemory,
  explain,
  mintCursor,
  rankItems,
  readCursor,
  readRecommendationId,
  Timeline,
} from "../../src/serving/index.ts";
import { config, isolate, lists, PLAIN, ranks, shown, viewed, World } from "./ports.ts";

const MODEL = ["a", "b", "c", "d", "p1"];
const POPULAR = ["p1", "x", "p2", "p3"];

function openWorld(home: Record<string, unknown> = { holdout: { share: 0.5 } }): World {
  const world = new World();
  world.configs.set("shore", config("shore"));
  world.profiles.set("shore u:ann", viewed("x", "y"));
  world.lists.set("shore", lists({ trending: ["t1"], popular: POPULAR, newest: ["n1"] }));
  world.score = ranks(MODEL);
  const scenarios = [
    { name: "home", version: 3, config: home, updatedAtMs: 0 },
    { name: "cart", version: 1, config: { holdout: { share: 0.5 } }, updatedAtMs: 0 },
  ];
  world.scenarios.set("shore", { v: 1, scenarios });
  return world;
}

/** What a device with a few items of its own is answered, under this name. */
const asDevice = (world: World, anonymous_id: string, more: Partial<AnswerRequest> = {}) =>
  isolate(world)({ recent: ["x"], request: { ids: { anonymous_id, session_id: "s" }, ...more } });

async function deviceOf(variant: "personal" | "popular", scenario = "home"): Promise<string> {
  const world = openWorld();
  for (let at = 0; at < 50; at++) {
    const answer = await asDevice(world, `device-${at}`, { scenario });
    if (answer.variant === variant) return `device-${at}`;
  }
  throw new Error("half of them are");
}

function rules(value: unknown): Rules {
  const parsed = parseRules(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const heldOut = await deviceOf("popular");
const personal = await deviceOf("personal");

describe("a scenario that holds visitors out", () => {
  it("gives its share of them the popular list and the others the model's, each the same one at every visit, and says so in the id", async () => {
    const world = openWorld({ holdout: { share: 0.25 } });
    let popular = 0;
    for (let at = 0; at < 400; at++) {
      const first = await asDevice(world, `device-${at}`);
      const again = await asDevice(world, `device-${at}`, {
        seed: at,
        ids: { anonymous_id: `device-${at}` },
      });
      expect(again.variant).toBe(first.variant);
      expect(shown(again)).toEqual(shown(first));
      const id = await readRecommendationId(first.recommendationId, world.ports.signer);
      expect(id).toMatchObject({ variant: first.variant, source: first.items[0]?.source });
      if (first.variant === "popular") {
        popular++;
        // What the visitor knows comes last, as in the model's list it does not come at all.
        expect(shown(first)).toEqual(["p1:popular", "p2:popular", "p3:popular"]);
        expect([first.modelVersion, first.degraded]).toEqual([null, undefined]);
      } else {
        expect(shown(first)).toEqual(["a:model", "b:model", "c:model"]);
        expect(first.variant).toBe("personal");
      }
    }
    // 100 with a deviation of 9.
    expect(Math.abs(popular - 100)).toBeLessThan(35);
    expect(world.scored.length).toBe(2 * (400 - popular));
  });

  it("goes by the user before the device, and by the device before the session", async () => {
    const ask = async (ids: AnswerRequest["ids"]) => (await asDevice(openWorld(), "", { ids })).variant;
    for (let at = 0; at < 20; at++) {
      const [user_id, anonymous_id, session_id] = [`u${at}`, `a${at}`, `s${at}`];
      expect(await ask({ user_id, anonymous_id, session_id })).toBe(await ask({ user_id }));
      expect(await ask({ anonymous_id, session_id })).toBe(await ask({ anonymous_id }));
    }
  });

  it("has no part in lists for nobody, beside an item or for everybody, nor in other scenarios", async () => {
    const world = openWorld();
    const ids = { anonymous_id: heldOut };
    const answers = await Promise.all([
      isolate(world)({ recent: ["x"] }),
      isolate(world)({ itemId: "x", request: { ids } }),
      isolate(world)({ trending: true, request: { ids } }),
      isolate(world)({ recent: ["x"], request: { ids, scenario: "footer" } }),
      isolate(openWorld({ holdout: { share: 0 } }))({ recent: ["x"], request: { ids } }),
    ]);
    expect(answers.map(({ variant }) => variant)).toEqual(Array(5).fill("control"));
    expect(shown(answers[0])[0]).toBe("a:model");
  });

  it("keeps to its rules, also those about what the visitor did, without the history having a say in the order", async () => {
    const own = rules({ filter: { not: { interacted: { types: ["view"], within: "30d" } } }, boost: [] });
    const world = openWorld({ holdout: { share: 0.5 }, rules: { filter: { brand: "Acme" } } });
    const answer = await asDevice(world, heldOut, { rules: own });
    expect(answer.variant).toBe("popular");
    const [asked] = world.scored;
    expect(asked?.history.map(({ itemId }) => itemId)).toEqual(["x"]);
    expect(asked?.eventWeights).toEqual({ [asked?.history[0]?.typeCode ?? -1]: 0 });
    expect(asked?.ladder).toEqual([
      { source: "popular", itemIds: POPULAR },
      { source: "newest", itemIds: ["n1"] },
    ]);
    expect(asked?.rules?.filters).toHaveLength(2);
    expect(asked?.excludeHistory).toBe(true);
  });

  it("keeps ruled lists of equal histories apart in memory", async () => {
    const world = openWorld({ holdout: { share: 0.5 }, rules: { diversity: 0.1 } });
    world.lists.set("shore", lists({}));
    const ask = isolate(world);
    const as = (anonymous_id: string) => ask({ recent: ["x"], request: { ids: { anonymous_id } } });
    await as(personal);
    await as(heldOut);
    await as(personal);
    expect(world.scored.map(({ eventWeights }) => eventWeights !== undefined)).toEqual([false, true]);
  });

  it("holds out what is withdrawn, and tries nothing", async () => {
    const world = openWorld({ holdout: { share: 0.5 }, exploration: { share: 0.5 } });
    const found = lists({ popular: POPULAR, newest: ["n1"], withdrawn: ["p2"] });
    if (found.lists !== null) found.lists.explored = { at: [4], scores: [1] };
    world.lists.set("shore", found);
    for (let seed = 0; seed < 20; seed++) {
      const answer = await asDevice(world, heldOut, { seed });
      expect(shown(answer)).toEqual(["p1:popular", "p3:popular", "n1:newest"]);
      expect(answer.exploration).toBeUndefined();
    }
  });
});

describe("lists that are kept for when the scorer is away", () => {
  it("are not answered to somebody who is held out, nor made of such lists", async () => {
    const world = openWorld();
    const ask = isolate(world);
    const as = (ids: AnswerRequest["ids"], userId: string, recent: string[] = []) =>
      ask({ userId, recent, keyKind: "secret", request: { ids } });
    for (let at = 0; at < 6; at++) await as({ anonymous_id: personal }, "ann", [`r${at}`]);
    await as({ anonymous_id: personal }, "ann");
    expect(world.lists.get("shore")?.lastGood?.items.length).toBeGreaterThan(0);
    for (let at = 0; at < 6; at++) await as({ anonymous_id: heldOut }, "ann", [`q${at}`]);
    world.failing.add("scorer");
    world.advance(20_000);
    const answer = await as({ anonymous_id: heldOut }, "ann");
    expect(shown(answer)).toEqual(["p1:popular", "p2:popular", "p3:popular"]);
    expect(answer.degraded).toBeUndefined();
    expect(shown(await as({ anonymous_id: personal }, "ann"))[0]).toMatch(/^a:(model|last_good)$/);
    const kept = JSON.stringify([world.lists.get("shore")?.lastGood, ...world.own.values()]);
    expect(kept).toContain(`"a"`);
    expect(kept).not.toContain(`"p2"`);
  });
});

describe("pages", () => {
  it("go on as they began, whoever asks for the next", async () => {
    const world = openWorld();
    const first = await asDevice(world, heldOut, { limit: 2, cursor: { shown: new Set() } });
    expect(shown(first)).toEqual(["p1:popular", "p2:popular"]);
    const next = first.next ?? null;
    const second = await asDevice(world, personal, { limit: 2, cursor: next });
    expect(second.variant).toBe("popular");
    expect(shown(second)).toEqual(["p3:popular", "n1:newest"]);
    world.scenarios.set("shore", { v: 1, scenarios: [] });
    expect((await asDevice(world, personal, { limit: 2, cursor: next })).variant).toBe("control");
  });

  it("name their variant in a signed cursor", async () => {
    const { signer } = new World().ports;
    const owner = { tenant: "shore", list: "home" };
    for (const variant of ["personal", "popular"] as const) {
      const cursor = { shown: new Set([1, 2]), variant };
      const token = await mintCursor(cursor, owner, signer);
      expect(await readCursor(token, owner, signer)).toEqual(cursor);
      const [format = "", ...rest] = token.split(".");
      for (const other of ["1", "1m", "1p"].filter((one) => one !== format))
        expect(await readCursor([other, ...rest].join("."), owner, signer)).toBeNull();
    }
  });
});

const request = (ids: AnswerRequest["ids"], more: Partial<AnswerRequest> = {}): AnswerRequest => {
  const subject = { kind: "visitor", visitor: { keyKind: "secret", recent: ["x"] } } as const;
  return { tenant: "shore", subject, ...PLAIN, ids, context: () => ({}), ...more };
};
const contextOf = (world: World) => ({ memory: createMemory(), timeline: new Timeline(world.ports.now) });

describe("other forms of question", () => {
  it("placements: each by the holdout of its own scenario", async () => {
    const world = openWorld();
    const variants = new Set<string>();
    for (let at = 0; at < 40; at++) {
      const wanted = ["home", "cart"].map((scenario) => request({ user_id: `u${at}` }, { scenario }));
      const answers = await answerPlacements(wanted, false, world.ports, contextOf(world));
      variants.add(answers.map(({ variant }) => variant).join());
      for (const { variant, items } of answers)
        expect(items[0]?.source).toBe(variant === "popular" ? "popular" : "model");
    }
    expect(variants.size).toBe(4);
  });

  it("rank: a held out visitor's in the order of the popular list, without scores", async () => {
    const world = openWorld();
    world.score = (asked) => ({
      ...{ status: "ok", modelVersion: "m1", overlayEtag: null },
      items: (asked.candidates ?? []).map((itemId) => ({ itemId, score: 0, source: "given" })),
    });
    const items = ["z", "p3", "p1"];
    const asked = { ...request({ anonymous_id: heldOut }), items };
    const { variant, degraded, items: ranked } = await rankItems(asked, world.ports, contextOf(world));
    expect([variant, degraded]).toEqual(["popular", undefined]);
    expect(ranked).toEqual(["p1", "p3", "z"].map((itemId) => ({ itemId, score: null })));
    const other = await rankItems(
      { ...asked, ids: { anonymous_id: personal } },
      world.ports,
      contextOf(world),
    );
    expect(other.variant).toBe("personal");
    expect(world.scored.at(-1)?.candidates).toEqual(items);
  });

  it("why: of the popular list, but for a version of the model that is asked for", async () => {
    const world = openWorld();
    const asked = { ...request({ anonymous_id: heldOut }), items: [] };
    expect((await explain(asked, world.ports, contextOf(world))).variant).toBe("popular");
    expect(world.scored[0]?.ladder?.[0]).toEqual({ source: "popular", itemIds: POPULAR });
    const of = await explain({ ...asked, modelVersion: "m0" }, world.ports, contextOf(world));
    expect(of.variant).toBe("control");
    expect(world.scored[1]?.ladder).toBeUndefined();
  });
});
