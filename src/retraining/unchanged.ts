import type { ObjectStore } from "../base/index.ts";
import { type AnyTable, isForgotten, type Lake, type Table } from "../lake/index.ts";
import { readManifest, readPointer, type TrainingSettings } from "../registry/index.ts";
import type { RetrainParams } from "./contract.ts";
import { fittedBy } from "./equal.ts";
import { READ_TABLES } from "./pin.ts";
import { lastRefused } from "./plan.ts";
import { settingsHash } from "./settings-hash.ts";

/**
 * The live version, where a scheduled run would read the very files that it was made of, users' deletions among them, by the same
 * settings: an idle shop's model would get new bytes every hour and learn nothing. By other settings as well, once a search by them
 * was made on these very files in vain. Null where anything may have changed: after a compaction, or a neighbour's row in a shared
 * file, it is run once more. Null for a run that somebody asked for, and where popularity serves for want of cases: its card names
 * no search, and its fit costs seconds.
 */
export async function unchangedSince(
  { lake, store }: { lake: Lake; store: ObjectStore },
  { tenant, reason, settings }: RetrainParams & { settings: TrainingSettings },
  snapshots: Snapshots,
): Promise<string | null> {
  if (reason !== "cron") return null;
  const current = await readPointer(store, tenant);
  const live = current === null ? null : await readManifest(store, tenant, current.pointer.version);
  if (current === null || live === null) return null;
  const hash = await settingsHash(settings);
  const isNow = (earlier: Snapshots | undefined) => areSame(lake, tenant, [earlier, snapshots]);
  const isFittedSo = live.study !== undefined && fittedBy(live) === hash;
  const refused = await lastRefused(store, tenant, current.pointer);
  if (!isFittedSo && (refused?.settings !== hash || !(await isNow(refused.snapshots)))) return null;
  return (await isNow(live.data.snapshots)) ? live.version : null;
}

type Snapshots = Readonly<Record<string, number>>;

async function areSame(
  lake: Lake,
  tenant: string,
  [before, now]: readonly [Snapshots | undefined, Snapshots],
): Promise<boolean> {
  for (const table of READ_TABLES) {
    if (!(await isSame(lake, table, tenant, [before?.[table.name], now[table.name]]))) return false;
  }
  return true;
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
