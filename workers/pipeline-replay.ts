import { forgetQuarantine, readStoredTenant } from "../src/features/index.ts";
import { type ReplayCursor, replayQuarantine } from "../src/ingest/index.ts";
import { openLake } from "../src/lake/index.ts";
import type { ReplayOutcome, ReplayRequest } from "../src/ops/index.ts";
import { objectStore, sinks } from "./pipeline-ports.ts";

/** Rows of one call: far below its CPU limit, with a row group of whole messages on top. */
const REPLAY_ROWS_MAX = 20_000;

/** One step of a replay on this Worker's bindings; null when the cursor is none that a step answered. */
export async function replay(
  env: PipelineEnv,
  { cursor: text, ...request }: ReplayRequest,
  nowMs: number,
): Promise<ReplayOutcome | null> {
  const cursor = text === undefined ? undefined : parseCursor(text);
  if (cursor === null) return null;
  const landing = sinks(env, nowMs);
  const ports = {
    ...landing,
    lake: openLake(objectStore(env), { clock: Date.now }),
    features: { ...landing.features, forgetQuarantine: forgotten(env) },
    customTypes: customTypes(env),
  };
  const { cursor: next, ...outcome } = await replayQuarantine(ports, {
    ...request,
    ...(cursor === undefined ? {} : { cursor }),
    rowsMax: REPLAY_ROWS_MAX,
  });
  return { ...outcome, ...(next === undefined ? {} : { cursor: `${next.snapshotId}.${next.file}` }) };
}

function parseCursor(text: string): ReplayCursor | null {
  const [snapshotId, file] = /^(\d{1,16})\.(\d{1,9})$/.exec(text)?.slice(1).map(Number) ?? [];
  return snapshotId === undefined || file === undefined ? null : { snapshotId, file };
}

function forgotten(env: PipelineEnv) {
  return (rows: readonly { tenant: string; eventId: string }[]) => forgetQuarantine(env.DB, rows);
}

/** Read once a tenant and call. */
function customTypes(env: PipelineEnv): (tenant: string) => Promise<readonly string[]> {
  const known = new Map<string, Promise<readonly string[]>>();
  return (tenant) => {
    const read = known.get(tenant) ?? readTypes(env, tenant);
    known.set(tenant, read);
    return read;
  };
}

async function readTypes(env: PipelineEnv, tenant: string): Promise<readonly string[]> {
  return (await readStoredTenant(env.DB, tenant))?.customEventTypes ?? [];
}
