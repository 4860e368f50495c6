import { describe, expect, it } from "vitest";
import { MINUTE_MS, SECOND_MS } from "../../src/base/index.ts";
import { NO_RULES } from "../../src/rules/index.ts";
import { KV_CACHE_TTL_S } from "../../src/serving/cache.ts";
import {
  createMemory,
  FALLBACKS,
  plainScenario,
  readScenario,
  scenarioSchema,
  Timeline,
} from "../../src/serving/index.ts";
import { readScenariosOf } from "../../src/serving/scenario-reader.ts";
import { World } from "./ports.ts";

const stored = (config: Record<string, unknown>, version = 1) => ({
  name: "home",
  version,
  config,
  updatedAtMs: 0,
});

describe("a stored scenario", () => {
  it("that says nothing is as none, but for its version", () => {
    expect(readScenario(stored({}, 4))).toEqual({ ...plainScenario("home"), version: 4 });
    expect(plainScenario("home")).toMatchObject({
      rules: NO_RULES,
      fallback: FALLBACKS,
      explorationShare: 0,
      holdoutShare: 0,
    });
  });

  it("is read with its rules made canonical", () => {
    const config = {
      rules: { filter: { price: { lt: 9 } }, cap: [{ field: "brand", max: 2 }] },
      limit: 4,
      fields: ["title"],
      repeat: true,
      event_weights: { purchase: 5, view: 0 },
      fallback: [],
      exploration: { share: 0.1 },
      holdout: { share: 0.2 },
    };
    const where = { kind: "item", field: "price", test: { op: "lt", value: 9 } };
    expect(readScenario(stored(config))).toEqual({
      name: "home",
      version: 1,
      rules: { ...NO_RULES, filters: [{ name: null, where }], caps: [{ field: "brand", max: 2 }] },
      limit: 4,
      fields: ["title"],
      repeat: true,
      eventWeights: { purchase: 5, view: 0 },
      fallback: [],
      explorationShare: 0.1,
      holdoutShare: 0.2,
    });
  });

  it("that this release cannot read is none", () => {
    expect(readScenario(stored({ telepathy: true }))).toBeNull();
    expect(readScenario(stored({ rules: { filter: { colour: "red" } } }))).toBeNull();
  });

  it("of an earlier release rotates by the impressions that are kept, and is refused when it is written anew", () => {
    const config = { rules: { rotation: { within: "30d" } }, limit: 4 };
    expect(readScenario(stored(config))).toMatchObject({
      limit: 4,
      rules: { rotation: { withinMs: 7 * 24 * 60 * MINUTE_MS, weight: null } },
    });
    expect(readScenario(stored({ ...config, telepathy: true }))).toBeNull();
    expect(scenarioSchema.safeParse(config).error?.issues).toMatchObject([
      { path: ["rules", "rotation", "within"], message: expect.stringMatching(/at most 7d/) },
    ]);
  });

  it("is refused by the place of each thing that is wrong", () => {
    const config = {
      rules: { filter: { or: [{ brand: "a" }, { stock: { gte: "x" } }] }, diversity: 2 },
      limit: 0,
    };
    const issues = scenarioSchema.safeParse(config).error?.issues.map(({ path }) => path.join("."));
    expect(issues?.sort()).toEqual(["limit", "rules.diversity", "rules.filter.or.1.stock.gte"]);
  });
});

describe("a changed scenario", () => {
  it("is in force within a minute: as long as a location and an isolate keep their copies", async () => {
    const world = new World();
    const memory = createMemory();
    const limit = async () => {
      const context = { memory, timeline: new Timeline(world.ports.now) };
      return (await readScenariosOf("shore", world.ports, context)).scenarios?.get("home")?.limit;
    };
    world.scenarios.set("shore", { v: 1, scenarios: [stored({ limit: 1 })] });
    expect(await limit()).toBe(1);
    world.scenarios.set("shore", { v: 1, scenarios: [stored({ limit: 2 }, 2)] });
    expect(await limit()).toBe(1);
    // KV's copy in a location may have been read just before the change.
    world.advance(MINUTE_MS - KV_CACHE_TTL_S * SECOND_MS);
    expect(await limit()).toBe(2);
    expect(world.reads.filter((read) => read === "scenarios")).toHaveLength(2);
  });
});
