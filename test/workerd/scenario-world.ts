import { env } from "cloudflare:workers";
import { r2ObjectStore } from "../../src/base/index.ts";
import type { ScenarioVersion } from "../../src/features/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { putScenario, type ScenarioPorts, scenarioVersions } from "../../src/ops/index.ts";
import { kvScenarios } from "../../src/serving/index.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

export const store = r2ObjectStore(env.LAKE);
export const lake = openLake(store);
export const ports: ScenarioPorts = { core: env.DB, kv: env.KV, lake, wait: async () => {} };
export const NOW_MS = 1_000_000;

export const by = (actor: string, nowMs = NOW_MS) => ({ actor, nowMs });

/** Stores a scenario of the tenant `shore`. */
export const put = (name: string, config: Record<string, unknown>, more: object = {}) =>
  putScenario(ports, "shore", { name, config, ...by("ann"), ...more });

export const versionsOf = (name: string, tenant = "shore") =>
  scenarioVersions(env.DB, tenant, { name, limit: 100 });

/** What the edge reads. */
export const live = async (tenant = "shore") => (await kvScenarios(env.KV).read(tenant))?.scenarios ?? null;

export function made(outcome: ScenarioVersion | null | { error: string }): ScenarioVersion {
  if (outcome === null || "error" in outcome) throw new Error(outcome?.error ?? "there is none");
  return outcome;
}

export async function emptyStores(): Promise<void> {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
  for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name);
}

export async function emptyAll(): Promise<void> {
  await emptyStores();
  await emptied(env.LAKE);
}
