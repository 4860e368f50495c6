import {
  listTenants,
  readStoredTenant,
  refreshLists,
  settleRestored,
  tenantName,
} from "../../features/index.ts";
import type { LiveFile } from "../../lake/index.ts";
import { listKeys, publishKey } from "../keys.ts";
import { publishScenarios } from "../scenarios/publish.ts";
import type { RebuildPorts } from "./ports.ts";
import { rowsOf } from "./rows.ts";
import { STAGES, type Stage } from "./stages.ts";

export interface RebuildProgress {
  /** Where the next step goes on; null when all is done. The steps may be repeated from any earlier cursor. */
  cursor: string | null;
  stage: string;
  /** Files of the stage, or tenants while their lists are made. */
  done: number;
  total: number;
}

/** Which snapshot of which stage's table is read, and how many of its files have been. */
interface Cursor {
  stage: number;
  snapshotId: number | null;
  file: number;
}

const START: Cursor = { stage: 0, snapshotId: null, file: 0 };

/** A step is a request: this many rows take some seconds of D1. A table of many small files is planned once for many of them. */
const STEP_ROWS = 20_000;

/**
 * One step of making D1 and KV again from the lake: some data files, or one tenant's keys and lists. Nothing is deleted: what
 * stands in the stores already stays unless the lake has a later state of it. Rejects when a store does.
 */
export async function rebuildStep(
  ports: RebuildPorts,
  cursor: string | null,
): Promise<RebuildProgress | { error: "cursor" }> {
  const at = cursor === null ? START : readCursor(cursor);
  if (at === null) return { error: "cursor" };
  const stage = STAGES[at.stage];
  return stage === undefined ? publishTenant(ports, at) : restoreFile(ports, stage, at);
}

function readCursor(text: string): Cursor | null {
  const fields = /^(\d{1,3})\.(\d{1,16}|-)\.(\d{1,9})$/.exec(text);
  if (fields === null) return null;
  const [, stage, snapshotId, file] = fields;
  return {
    stage: Number(stage),
    snapshotId: snapshotId === "-" ? null : Number(snapshotId),
    file: Number(file),
  };
}

function writeCursor({ stage, snapshotId, file }: Cursor): string {
  return `${stage}.${snapshotId ?? "-"}.${file}`;
}

async function restoreFile(ports: RebuildPorts, stage: Stage, at: Cursor): Promise<RebuildProgress> {
  const { lake } = ports;
  const choice = at.snapshotId === null ? {} : { snapshotId: at.snapshotId };
  const snapshot = await lake.snapshot(stage.table, choice);
  const files = snapshot === null ? [] : await lake.files(stage.table as never, { snapshotId: snapshot.id });
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const columns = stage.table.columns.map(({ name }) => name) as never[];
  let done = at.file;
  for (let rows = 0; done < files.length && rows < STEP_ROWS; done++) {
    const file = files[done] as LiveFile;
    for await (const batch of lake.scan(stage.table as never, { columns, files: [file] }))
      await stage.restore(rowsOf(batch), ports);
    rows += file.rows;
  }
  const next: Cursor =
    done < files.length
      ? { stage: at.stage, snapshotId: snapshot?.id ?? null, file: done }
      : { ...START, stage: at.stage + 1 };
  return { cursor: writeCursor(next), stage: stage.name, done, total: files.length };
}

/** After the rows the copies that the edge reads: configuration, keys, lists. */
async function publishTenant(ports: RebuildPorts, at: Cursor): Promise<RebuildProgress> {
  const { core, profiles, kv, store, nowMs } = ports;
  const tenants = await listTenants(core);
  const tenant = tenants[at.file];
  if (tenant !== undefined) {
    await settleRestored(ports, tenant);
    const config = await readStoredTenant(core, tenant);
    await kv.put(tenantName(tenant), JSON.stringify(config));
    for (const record of await listKeys(core, tenant)) await publishKey({ kv }, record);
    await publishScenarios(ports, tenant);
    await refreshLists({ core, profiles, kv, store }, tenant, { nowMs, force: true });
    await ports.publishOverlay(tenant);
  }
  const done = Math.min(at.file + 1, tenants.length);
  const cursor = done < tenants.length ? writeCursor({ ...at, file: done }) : null;
  return { cursor, stage: "lists", done, total: tenants.length };
}
