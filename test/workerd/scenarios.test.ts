import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { SCENARIOS_MAX } from "../../src/base/index.ts";
import {
  deleteScenario,
  getScenario,
  listScenarios,
  putScenario,
  restoreScenario,
  scenarioVersions,
} from "../../src/ops/index.ts";
import { by, emptyAll, live, made, NOW_MS, ports, put, versionsOf } from "./scenario-world.ts";

beforeEach(emptyAll);

describe("scenarios", () => {
  it("are replaced whole, each version kept, with its time and author; the edge sees the newest", async () => {
    await put("home", { limit: 3, description: "first" });
    await put("basket", { limit: 9 });
    const second = await put("home", { limit: 4 }, by("bob", NOW_MS + 50));
    expect(second).toEqual({
      name: "home",
      version: 2,
      config: { limit: 4 },
      updatedAtMs: NOW_MS + 50,
      actor: "bob",
    });
    expect(await getScenario(env.DB, "shore", "home")).toEqual(second);
    expect((await versionsOf("home")).map(({ version, actor }) => `${version} by ${actor}`)).toEqual([
      "2 by bob",
      "1 by ann",
    ]);
    expect(await live()).toEqual([
      { name: "basket", version: 1, config: { limit: 9 }, updatedAtMs: NOW_MS },
      { name: "home", version: 2, config: { limit: 4 }, updatedAtMs: NOW_MS + 50 },
    ]);
    expect((await listScenarios(env.DB, "shore")).map(({ name }) => name)).toEqual(["basket", "home"]);
  });

  it("are read back page by page", async () => {
    for (let limit = 1; limit <= 5; limit++) await put("home", { limit });
    const page = (range: object) => scenarioVersions(env.DB, "shore", { name: "home", limit: 2, ...range });
    expect((await page({})).map(({ version }) => version)).toEqual([5, 4]);
    expect((await page({ before: 4 })).map(({ version }) => version)).toEqual([3, 2]);
    expect(await page({ before: 1 })).toEqual([]);
  });

  it("are deleted as one more version, and go on counting from there", async () => {
    expect(await deleteScenario(ports, "shore", { name: "home", ...by("ann") })).toBeNull();
    expect(await live()).toBeNull();
    await put("home", { limit: 3 });
    const gone = made(await deleteScenario(ports, "shore", { name: "home", ...by("ann") }));
    expect(gone).toMatchObject({ version: 2, config: null });
    expect(await deleteScenario(ports, "shore", { name: "home", ...by("bob") })).toEqual(gone);
    expect(await getScenario(env.DB, "shore", "home")).toBeNull();
    expect(await live()).toEqual([]);
    expect(made(await put("home", { limit: 3 })).version).toBe(3);
  });

  it("go back to an earlier version by a new one, from a deletion too", async () => {
    await put("home", { limit: 3 });
    await put("home", { limit: 4 });
    await deleteScenario(ports, "shore", { name: "home", ...by("ann") });
    const back = made(await restoreScenario(ports, "shore", { name: "home", version: 1, ...by("bob") }));
    expect(back).toMatchObject({ version: 4, config: { limit: 3 }, actor: "bob" });
    expect(await live()).toMatchObject([{ version: 4, config: { limit: 3 } }]);
    for (const version of [3, 9])
      expect(await restoreScenario(ports, "shore", { name: "home", version, ...by("bob") })).toBeNull();
    expect((await versionsOf("home")).length).toBe(4);
  });

  it("are changed only from the version that the caller has seen, where it names one", async () => {
    expect(await put("home", { limit: 1 }, { expectedVersion: 1 })).toEqual({
      error: "conflict",
      version: 0,
    });
    await put("home", { limit: 1 }, { expectedVersion: 0 });
    expect(await put("home", { limit: 2 }, { expectedVersion: 0 })).toEqual({
      error: "conflict",
      version: 1,
    });
    await put("home", { limit: 2 }, { expectedVersion: 1 });
    const stale = { name: "home", ...by("bob"), expectedVersion: 1 };
    expect(await deleteScenario(ports, "shore", stale)).toEqual({ error: "conflict", version: 2 });
    await deleteScenario(ports, "shore", { ...stale, expectedVersion: 2 });
    expect(made(await put("home", { limit: 5 }, { expectedVersion: 0 })).version).toBe(4);
    expect((await versionsOf("home")).length).toBe(4);
  });

  it("make no version of what stands, so that a call may be repeated", async () => {
    const first = await put("home", { limit: 1 }, { expectedVersion: 0 });
    expect(await put("home", { limit: 1 }, { expectedVersion: 0, ...by("bob", NOW_MS + 9) })).toEqual(first);
    expect(await versionsOf("home")).toHaveLength(1);
  });

  it(`are at most ${SCENARIOS_MAX} of a tenant`, async () => {
    await env.DB.batch(
      Array.from({ length: SCENARIOS_MAX }, (_, n) =>
        env.DB.prepare("INSERT INTO scenarios VALUES ('shore', ?, 1, '{}', 1, 'ann')").bind(`s${n}`),
      ),
    );
    expect(await put("more", {})).toEqual({ error: "too_many" });
    expect(made(await put("s1", { limit: 1 })).version).toBe(2);
    await deleteScenario(ports, "shore", { name: "s2", ...by("ann") });
    expect(made(await put("more", {})).version).toBe(1);
    expect(await live()).toHaveLength(SCENARIOS_MAX);
  });

  it("of one tenant are nothing to another", async () => {
    await put("home", { limit: 3 });
    await putScenario(ports, "hill", { name: "home", config: { limit: 7 }, ...by("eve") });
    expect(await live()).toMatchObject([{ config: { limit: 3 } }]);
    expect(await live("hill")).toMatchObject([{ version: 1, config: { limit: 7 } }]);
    expect(await live("shor")).toBeNull();
    await deleteScenario(ports, "hill", { name: "home", ...by("eve") });
    expect(made(await getScenario(env.DB, "shore", "home")).config).toEqual({ limit: 3 });
    expect(await versionsOf("home", "shor")).toEqual([]);
    const other = { name: "home", version: 2, ...by("eve") };
    expect(await restoreScenario(ports, "shore", other)).toBeNull();
  });
});
