import type { Cell } from "../events/index.ts";
import { type AnyTable, incrementOrAll, type LiveFile } from "../lake/index.ts";
import type { AnyTableChecks } from "./check.ts";
import type { QualityLake } from "./ports.ts";

/** Files that a run has to look at, by day and partition. */
export interface ChangedFiles {
  /** The table's current snapshot; null without one. */
  snapshotId: number | null;
  /** The snapshot that a run has reached once it has read the files. */
  until: number | null;
  complete: boolean;
  /** Whether the files are all that is live, because what came since the last report cannot be told any more. */
  restarted: boolean;
  /** By day since the epoch as text, or `all`; then by partition key. */
  days: Map<string, Map<string, LiveFile[]>>;
}

/**
 * Of a table that is only appended to, what snapshots since `after` added: each file is read once, whatever compaction does with its
 * rows later. Of a table whose jobs replace partitions, all that is live now: the partitions' fingerprints tell which changed.
 */
export async function changedFiles(
  lake: QualityLake,
  { table, rewritten }: AnyTableChecks,
  { after, rowsMax }: { after: number | null; rowsMax: number },
): Promise<ChangedFiles> {
  const current = (await lake.load(table))?.current ?? null;
  const snapshotId = current?.id ?? null;
  const nothing = { snapshotId, until: after, complete: true, restarted: false, days: new Map() };
  if (snapshotId === null) return nothing;
  if (rewritten) {
    const files = await lake.files(table as never, { snapshotId });
    return { ...nothing, until: snapshotId, days: byDay(table, files) };
  }
  const { increment, restarted } = await incrementOrAll(lake, table, { after, rowsMax });
  if (increment === null) return nothing;
  const { files, until, complete } = increment;
  return { snapshotId, until, complete, restarted, days: byDay(table, files) };
}

function byDay(table: AnyTable, files: readonly LiveFile[]): Map<string, Map<string, LiveFile[]>> {
  const days = new Map<string, Map<string, LiveFile[]>>();
  for (const file of files) {
    const day = dayOf(table, file.partition);
    const parts = days.get(day) ?? new Map<string, LiveFile[]>();
    days.set(day, parts);
    const key = JSON.stringify(file.partition);
    parts.set(key, [...(parts.get(key) ?? []), file]);
  }
  return days;
}

/** The partition's day since the epoch, or `all` where it has none. */
function dayOf({ partition }: AnyTable, values: readonly Cell[]): string {
  const index = partition.findIndex(({ transform }) => transform.kind === "day");
  return index < 0 ? "all" : String(values[index]);
}

export function dayNumber(day: string): number | null {
  return day === "all" ? null : Number(day);
}
