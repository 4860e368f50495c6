import { DAY_MS } from "../base/index.ts";
import {
  INTERACTIONS,
  ITEM_STATES,
  type Lake,
  LakeError,
  USER_CHANGES,
  USER_HISTORIES,
} from "../lake/index.ts";

/** What a run reads: all that its model is made from. */
export const READ_TABLES = [USER_HISTORIES, ITEM_STATES, USER_CHANGES, INTERACTIONS] as const;

/** A run can be run again this long. */
export const RUN_KEPT_DAYS = 90;

export function tagOf(run: string): string {
  return `train-${run}`;
}

/**
 * The snapshots that a run reads, by table, kept from expiry by the run's tag. A repeated call finds the tag and gives the same ones.
 * Tables that do not exist are left out.
 */
export async function pinSnapshots(lake: Lake, run: string, nowMs: number): Promise<Record<string, number>> {
  const snapshots: Record<string, number> = {};
  for (const table of READ_TABLES) {
    const name = tagOf(run);
    const known = (await lake.load(table))?.tags.find((tag) => tag.name === name);
    const snapshotId = known?.snapshotId ?? (await lake.snapshot(table, {}))?.id;
    if (snapshotId === undefined) continue;
    // Should expiry come between, the tag is refused, and the step is repeated.
    if (known === undefined)
      await lake.tag(table, { name, snapshotId, keepMs: RUN_KEPT_DAYS * DAY_MS }, { nowMs });
    snapshots[table.name] = snapshotId;
  }
  return snapshots;
}

/** Null while every snapshot can be read; else which of them is gone, and why. */
export async function goneSnapshot(
  lake: Lake,
  snapshots: Record<string, number>,
): Promise<{ kind: "expired" | "erased"; table: string; message: string } | null> {
  for (const table of READ_TABLES) {
    const snapshotId = snapshots[table.name];
    if (snapshotId === undefined) continue;
    try {
      await lake.snapshot(table, { snapshotId });
    } catch (cause) {
      if (!(cause instanceof LakeError)) throw cause;
      // A run once read it, so it was there: what does not know it any more has expired it.
      const kind = cause.kind === "unknown" ? "expired" : cause.kind;
      if (kind === "expired" || kind === "erased") return { kind, table: table.name, message: cause.message };
      throw cause;
    }
  }
  return null;
}
