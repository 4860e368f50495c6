import { readFileSync } from "node:fs";
import path from "node:path";
import { unstable_readConfig } from "wrangler";
import { WORKER_CONFIGS, type WorkerName } from "../local/workers.ts";
import { JURISDICTIONS, type Jurisdiction } from "./provision.ts";

/** Callees before callers: a service binding needs its target deployed. */
export const DEPLOY_ORDER: readonly WorkerName[] = ["scorer", "pipeline", "trainer", "edge"];

/** Wrangler shares a KV namespace by id only; this is the title that the id is looked up by. */
export const KV_TITLE = "lakeshore-kv";

/** What the four configs need to exist. Read from them, so that no name stands in two places. */
export interface Resources {
  workers: { worker: WorkerName; name: string; config: string }[];
  queues: string[];
  kvTitle: string;
  databases: { name: string; config: string }[];
  bucket: string;
  workflows: string[];
}

/** The part of a config that is read here; wrangler's own type of it is not exported whole. */
interface Config {
  name: string;
  r2_buckets: { bucket_name: string }[];
  d1_databases: { database_name: string }[];
  queues: { producers?: { queue: string }[] };
  workflows: { name: string }[];
}

export function readResources(root: string): Resources {
  const configs = DEPLOY_ORDER.map((worker) => {
    const file = WORKER_CONFIGS[worker];
    const config = unstable_readConfig({ config: path.join(root, file) }, { hideWarnings: true }) as unknown;
    return { worker, file, config: config as Config };
  });
  const buckets = distinct(configs.flatMap(({ config }) => config.r2_buckets.map((r2) => r2.bucket_name)));
  const [bucket] = buckets;
  if (bucket === undefined || buckets.length > 1)
    throw new Error("the four Workers must share one R2 bucket");
  const databases = new Map(
    // The edge comes last and wins: it binds both.
    configs.flatMap(({ config, file }) => config.d1_databases.map((d1) => [d1.database_name, file] as const)),
  );
  return {
    workers: configs.map(({ worker, file, config }) => ({ worker, name: config.name, config: file })),
    queues: distinct(
      configs.flatMap(({ config }) => config.queues.producers?.map(({ queue }) => queue) ?? []),
    ),
    kvTitle: KV_TITLE,
    databases: [...databases].map(([name, config]) => ({ name, config })),
    bucket,
    workflows: configs.flatMap(({ config }) => config.workflows.map(({ name }) => name)),
  };
}

/** The jurisdiction that the configs were provisioned under; undefined before the first deploy. */
export function provisionedJurisdiction(root: string): Jurisdiction | undefined {
  const text = readFileSync(path.join(root, WORKER_CONFIGS.edge), "utf8");
  if (!/^id\s*=/m.test(text)) return undefined;
  const written = /^jurisdiction\s*=\s*"(\w+)"/m.exec(text)?.[1] ?? "none";
  const found = JURISDICTIONS.find((jurisdiction) => jurisdiction === written);
  if (found === undefined) throw new Error(`wrangler.toml names an unknown jurisdiction: ${written}`);
  return found;
}

function distinct(names: string[]): string[] {
  return [...new Set(names)];
}
