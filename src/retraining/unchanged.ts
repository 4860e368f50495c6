import type { ObjectStore } from "../base/index.ts";
import { type AnyTable, isForgotten, type Lake, type Table } from "../lake/index.ts";
import { readManifest, readPointer, type TrainingSettings } from "../registry/index.ts";
import type { RetrainParams } from "./contract.ts";
import { READ_TABLES } from "./pin.ts";
import { lastSearch, settingsHash } from "./plan.ts";

/**
 * The live version, where a scheduled run would read the very files that it was made of, users' deletions among them, by the same
 * settings: an idle shop's model would get new bytes every hour and learn nothing. Null where anything may have changed: after a
 * compaction, or a neighbour's row in a shared file, it is run once more. Null for a run that somebody asked for, and where popularity
 * serves for want of cases: its card names no settings, and its fit costs seconds.
 */
export async function unchangedSince(
  { lake, store }: { lake: Lake; store: ObjectStore },
  { tenant, reason, settings }: RetrainParams & { settings: TrainingSettings },
  snapshots: Readonly<Record<string, number>>,
): Promise<string | null> {
  if (reason !== "cron") return null;
  const current = await readPointer(store, tenant);
  const live = current === null ? null : await readManifest(store, tenant, current.pointer.version);
  if (live === null) return null;
  if ((await lastSearch(store, tenant, live))?.settings !== (await settingsHash(settings))) return null;
  for (const table of READ_TABLES) {
    const ids = [live.data.snapshots?.[table.name], snapshots[table.name]] as const;
    if (!(await isSame(lake, table, tenant, ids))) return null;
  }
  return live.version;
}

/** Tables hold all tenants' rows, so a newer snapshot alone says nothing: files do, which are never written again. */
async function isSame(
  lake: Lake,
  table: AnyTable,
  tenant: string,
  [before, now]: readonly [number | undefined, number | undefined],
): Promise<boolean> {
  if (before === now) return true;
  if (before === undefined || now === undefined) return false;
  try {
    const [old, recent] = await Promise.all(
      [before, now].map((snapshotId) => lake.files(table as Table<object>, { tenant, snapshotId })),
    );
    return namesOf(old) === namesOf(recent);
  } catch (cause) {
    if (isForgotten(cause)) return false;
    throw cause;
  }
}

function namesOf(files: readonly { path: string }[] = []): string {
  return JSON.stringify(files.map(({ path }) => path).sort());
}
