import { env } from "cloudflare:workers";
import type { D1Database } from "@cloudflare/workers-types";
import { beforeEach, expect, it } from "vitest";
import { CONFIG_CHANGES } from "../../src/lake/index.ts";
import {
  createTenant,
  deleteScenario,
  putScenario,
  rebuildStep,
  restoreScenario,
} from "../../src/ops/index.ts";
import { by, emptyAll, emptyStores, lake, live, made, NOW_MS, ports, put, store } from "./scenario-world.ts";

beforeEach(async () => {
  await emptyAll();
  for (const [index, tenant] of ["shore", "hill"].entries()) {
    const random = Uint8Array.from({ length: 48 }, (_, n) => (n * 7 + index * 31) & 255);
    await createTenant(ports, tenant, { options: { origins: [] }, random, ...by("root") });
  }
});

async function rebuild(): Promise<void> {
  await lake.commitPending(CONFIG_CHANGES, { nowMs: NOW_MS, force: true });
  const rebuildPorts = { ...ports, kv: env.KV, profiles: env.PROFILES_0, lake, store, nowMs: NOW_MS };
  let cursor: string | null = null;
  do {
    const step = await rebuildStep({ ...rebuildPorts, publishOverlay: async () => null }, cursor);
    if ("error" in step) throw new Error(step.error);
    cursor = step.cursor;
  } while (cursor !== null);
}

async function rows(): Promise<Record<string, unknown>[]> {
  const { results } = await env.DB.prepare("SELECT * FROM scenarios ORDER BY tenant, name, version").all();
  return results;
}

async function told(): Promise<string[]> {
  await lake.commitPending(CONFIG_CHANGES, { nowMs: NOW_MS, force: true });
  const columns = ["kind", "name", "action", "actor", "changed_at"] as const;
  const found: { atMs: number; text: string }[] = [];
  for await (const batch of lake.scan(CONFIG_CHANGES, { tenant: "shore", columns })) {
    const { kind, name, action, actor, changed_at } = batch.columns;
    for (let row = 0; row < batch.rows; row++) {
      if (kind[row] !== "scenario") continue;
      found.push({ atMs: changed_at[row] as number, text: `${action[row]} ${name[row]} by ${actor[row]}` });
    }
  }
  return found.sort((a, b) => a.atMs - b.atMs).map(({ text }) => text);
}

/** A shop's scenarios over some days, those of another tenant beside them. */
async function history(): Promise<void> {
  const at = (actor: string, days: number) => by(actor, NOW_MS + days);
  const rules = {
    filter: { title: { prefix: 'ü"\\/ \u2028' } },
    boost: [{ where: { price: { lt: 1.5e-7 } }, by: -2 }],
  };
  await put("home", { limit: 3, rules });
  await put("home", { limit: 4 }, at("bob", 1));
  await restoreScenario(ports, "shore", { name: "home", version: 1, ...at("ann", 2) });
  await put("basket", {});
  await deleteScenario(ports, "shore", { name: "basket", ...at("bob", 3) });
  await putScenario(ports, "hill", { name: "home", config: { limit: 9 }, ...at("eve", 4) });
}

it("tells the lake what was asked for and by whom, and nothing of what changed nothing", async () => {
  await history();
  await deleteScenario(ports, "shore", { name: "basket", ...by("bob", NOW_MS + 9) });
  await put("home", {}, { expectedVersion: 1 });
  expect(await told()).toEqual([
    "scenario.put home by ann",
    "scenario.put basket by ann",
    "scenario.put home by bob",
    "scenario.restore home by ann",
    "scenario.delete basket by bob",
  ]);
});

it("brings every version back from the lake, row for row, and what the edge sees", async () => {
  await history();
  const before = { rows: await rows(), shore: await live("shore"), hill: await live("hill") };
  expect(before.rows).toHaveLength(6);
  await emptyStores();
  expect(await live("shore")).toBeNull();
  await rebuild();
  expect({ rows: await rows(), shore: await live("shore"), hill: await live("hill") }).toEqual(before);
  await rebuild();
  expect(await rows()).toEqual(before.rows);
});

it("leaves a tenant that never had a scenario without one", async () => {
  await putScenario(ports, "hill", { name: "home", config: {}, ...by("eve") });
  await emptyStores();
  await rebuild();
  expect([await live("shore"), (await live("hill"))?.length]).toEqual([null, 1]);
});

it("brings back what stood, not what lost against it, whichever of them the lake heard last", async () => {
  const asked = Array.from({ length: 12 }, (_, n) => n);
  // Those that expect a version lose for good; their times are all different, before and after the winner's.
  await put("home", { limit: 50 });
  await Promise.all(
    asked.map((n) =>
      put("home", { limit: n + 1 }, { expectedVersion: 1, ...by("bob", NOW_MS + ((n * 5) % 12)) }),
    ),
  );
  await Promise.all(asked.map((n) => put("basket", { limit: n + 1 }, by("bob", NOW_MS + ((n * 5) % 12)))));
  const withoutTimes = async () => (await rows()).map(({ updated_at: _, ...row }) => row);
  const before = await withoutTimes();
  expect(before).toHaveLength(2 + asked.length);
  expect((await told()).length).toBeGreaterThan(before.length);
  await emptyStores();
  await rebuild();
  expect(await withoutTimes()).toEqual(before);
});

it("is told first: what D1 did not take stands after the next call", async () => {
  const broken = {
    prepare: (sql: string) => {
      if (sql.startsWith("INSERT")) throw new Error("D1 is away");
      return env.DB.prepare(sql);
    },
  } as D1Database;
  const scenario = { name: "home", config: { limit: 2 }, ...by("ann") };
  await expect(putScenario({ ...ports, core: broken }, "shore", scenario)).rejects.toThrow("D1 is away");
  expect([await rows(), await live()]).toEqual([[], null]);
  expect(made(await put("home", { limit: 3 }, by("bob", NOW_MS + 1))).version).toBe(1);
  const before = await rows();
  await emptyStores();
  await rebuild();
  expect(await rows()).toEqual(before);
});
