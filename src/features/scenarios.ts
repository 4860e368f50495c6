import type { KVNamespace } from "@cloudflare/workers-types";

/** A live version of a named way of answering, as its owner wrote it; what it means is serving's to know. */
export interface StoredScenario {
  name: string;
  /** 1 the first; each change makes the next. */
  version: number;
  config: Record<string, unknown>;
  updatedAtMs: number;
}

/** Any version of one, as D1 and the lake remember it. */
export interface ScenarioVersion extends Omit<StoredScenario, "config"> {
  /** Null where this version deleted it. */
  config: Record<string, unknown> | null;
  /** Who made it: `root`, or the beginning of the secret key's hash. */
  actor: string;
}

/** All live scenarios of a tenant, as KV has them for the edge; by name. */
export interface ScenarioSet {
  v: 1;
  scenarios: StoredScenario[];
}

export function scenariosName(tenant: string): string {
  return `scenarios:${tenant}`;
}

/** Null for a tenant that has never stored one. `cacheTtlS` is how long a location may answer from its own copy. */
export function readScenarios(
  kv: Pick<KVNamespace, "get">,
  tenant: string,
  cacheTtlS: number,
): Promise<ScenarioSet | null> {
  return kv.get<ScenarioSet>(scenariosName(tenant), { type: "json", cacheTtl: cacheTtlS });
}
