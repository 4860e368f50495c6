import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { putScenario, type ScenarioPorts } from "../../src/ops/index.ts";
import { by, emptyAll, live, made, ports, put, versionsOf } from "./scenario-world.ts";

beforeEach(emptyAll);

describe("scenarios that many change at once", () => {
  const limits = [1, 2, 3, 4, 5];

  it("become versions one after the other where no version was expected", async () => {
    const outcomes = await Promise.all(limits.map((limit) => put("home", { limit })));
    expect(outcomes.map((outcome) => made(outcome).version).sort()).toEqual(limits);
    const stored = await versionsOf("home");
    expect(new Set(stored.map(({ config }) => config?.limit))).toEqual(new Set(limits));
    expect(await live()).toMatchObject([{ version: 5, config: stored[0]?.config }]);
  });

  it("let one through of those that expect the same version, and tell the others", async () => {
    await put("home", { limit: 100 });
    const outcomes = await Promise.all(limits.map((limit) => put("home", { limit }, { expectedVersion: 1 })));
    const refused = outcomes.filter((outcome) => "error" in outcome);
    expect(refused).toEqual(limits.slice(1).map(() => ({ error: "conflict", version: 2 })));
    expect(await versionsOf("home")).toHaveLength(2);
    expect(await live()).toMatchObject([{ version: 2 }]);
  });

  it("of different names are all seen by the edge", async () => {
    await Promise.all(limits.map((limit) => put(`s${limit}`, { limit })));
    expect((await live())?.map(({ name }) => name)).toEqual(limits.map((limit) => `s${limit}`));
  });
});

describe("KV", () => {
  it("refusing a write that comes too soon is asked again, and shows what stands by then", async () => {
    let refusals = 0;
    const waited: number[] = [];
    const kv = {
      put: async (name: string, value: string) => {
        if (++refusals <= 2) throw new Error("429 Too Many Requests");
        await env.KV.put(name, value);
      },
    } as ScenarioPorts["kv"];
    const wait = async (ms: number) => {
      waited.push(ms);
      if (waited.length === 1)
        await env.DB.prepare("INSERT INTO scenarios VALUES ('shore', 'new', 1, '{}', 1, 'bob')").run();
    };
    await putScenario({ ...ports, kv, wait }, "shore", { name: "home", config: {}, ...by("ann") });
    expect(waited).toEqual([1_100, 1_100]);
    expect((await live())?.map(({ name }) => name)).toEqual(["home", "new"]);
  });

  it("that stays away fails the call, and the same call again repairs it", async () => {
    const away = { put: () => Promise.reject(new Error("KV is away")) };
    const scenario = { name: "home", config: { limit: 2 }, expectedVersion: 0, ...by("ann") };
    await expect(putScenario({ ...ports, kv: away }, "shore", scenario)).rejects.toThrow("KV is away");
    expect(await live()).toBeNull();
    expect(made(await putScenario(ports, "shore", scenario)).version).toBe(1);
    expect(await live()).toMatchObject([{ name: "home", version: 1 }]);
  });

  it("ends with what D1 has when an older write comes last", async () => {
    const held: (() => void)[] = [];
    const kv = {
      put: async (name: string, value: string) => {
        if (held.length === 0) await new Promise<void>((resolve) => held.push(resolve));
        await env.KV.put(name, value);
      },
    } as ScenarioPorts["kv"];
    const slow = putScenario({ ...ports, kv }, "shore", { name: "home", config: { limit: 1 }, ...by("ann") });
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await put("home", { limit: 2 });
    held[0]?.();
    expect(made(await slow)).toMatchObject({ version: 1 });
    expect(await live()).toMatchObject([{ version: 2, config: { limit: 2 } }]);
  });
});
