import { env } from "cloudflare:workers";
import { listAll, type ObjectStore } from "../../src/base/index.ts";
import { decodeAvroFile } from "../../src/iceberg/avro/container.ts";
import { openLake, TABLES, USER_CHANGES, WAREHOUSE_URI } from "../../src/lake/index.ts";
import { rebuildStep } from "../../src/ops/index.ts";
import { findSegments, JOBS } from "../../workers/pipeline-jobs.ts";
import { LATER_MS, lake, pipeline, store } from "./erasure-world.ts";

/**
 * Everything that the store holds, by key: of data files the rows, as the tables' snapshots read them; of others the text, bounds in
 * manifests included. Data files that no snapshot reaches are named apart. Tombstones of users are left out.
 */
export async function everything(): Promise<{ texts: Map<string, string>; unreached: string[] }> {
  const texts = new Map<string, string>();
  const reached = new Set<string>();
  for (const table of TABLES) {
    const columns = table.columns.map(({ name }) => name) as never[];
    const hasTombstones = table.name === USER_CHANGES.name;
    for (const { id } of (await lake.load(table))?.snapshots ?? []) {
      const files = await lake.files(table as never, { snapshotId: id });
      for (const { path } of files) reached.add(path);
      for await (const { path, columns: cells } of lake.scan(table as never, { columns, snapshotId: id })) {
        const { deleted, ...others } = cells as Record<string, unknown[]>;
        const kept = hasTombstones
          ? { ...others, user_id: others.user_id?.filter((_, row) => !deleted?.[row]) }
          : others;
        texts.set(path, JSON.stringify(kept));
      }
    }
  }
  const unreached: string[] = [];
  for await (const { key } of listAll(store, "")) {
    if (key.endsWith(".parquet")) {
      if (!reached.has(key)) unreached.push(key);
    } else if (!key.startsWith(`${USER_CHANGES.path}/`)) texts.set(key, await textOf(key));
  }
  return { texts, unreached };
}

export function placesOf(texts: ReadonlyMap<string, string>, name: string): string[] {
  return [...texts].filter(([, text]) => text.includes(name)).map(([key]) => key);
}

async function textOf(key: string): Promise<string> {
  const bytes = (await store.get(key))?.bytes ?? new Uint8Array();
  if (!key.endsWith(".avro")) return new TextDecoder().decode(bytes);
  const { rows, metadata } = await decodeAvroFile(bytes);
  return JSON.stringify([metadata, rows], (_, cell) =>
    cell instanceof Uint8Array
      ? new TextDecoder().decode(cell)
      : typeof cell === "bigint"
        ? String(cell)
        : cell,
  );
}

export function portsOn(crashing: ObjectStore) {
  return {
    lake: openLake(crashing),
    store: crashing,
    warehouseUri: WAREHOUSE_URI,
    core: env.DB,
    profiles: env.PROFILES_0,
    refine: () => JOBS.refine(pipeline, LATER_MS),
    findSegments: () => findSegments(pipeline, LATER_MS, { force: true }),
    newRunName: () => "crashing",
    clock: () => 0,
  };
}

export async function rebuilt(): Promise<void> {
  const ports = {
    ...{ lake, core: env.DB, profiles: env.PROFILES_0, kv: env.KV, store },
    publishOverlay: async () => null,
    nowMs: LATER_MS,
    wait: async () => undefined,
  };
  for (let cursor: string | null = null, steps = 0; steps === 0 || cursor !== null; steps++) {
    const step = await rebuildStep(ports, cursor);
    if ("error" in step) throw new Error(step.error);
    cursor = step.cursor;
  }
}

/** What D1 holds of people: counters name nobody, and keep what they have counted. */
export async function people(): Promise<Record<string, unknown[]>> {
  const tables = {
    user_deletions: "SELECT tenant, user_id, deleted_at FROM user_deletions ORDER BY 1, 2",
    identity_links: "SELECT * FROM identity_links ORDER BY 1, 2",
    profiles: "SELECT * FROM profiles ORDER BY 1, 2",
    segment_members: "SELECT tenant, subject, segment FROM segment_members ORDER BY 1, 2, 3",
  };
  const found: Record<string, unknown[]> = {};
  for (const [name, sql] of Object.entries(tables))
    found[name] = (await env.PROFILES_0.prepare(sql).all()).results;
  const core = {
    users: "SELECT * FROM users WHERE deleted = 0 ORDER BY 1, 2",
    quarantine: "SELECT * FROM quarantine ORDER BY 1, 2",
  };
  for (const [name, sql] of Object.entries(core)) found[name] = (await env.DB.prepare(sql).all()).results;
  return found;
}
