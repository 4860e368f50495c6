import type { AnyTable, Lake } from "../lake/index.ts";
import { inputKey } from "./job.ts";

/** The state that a job goes on from. */
export interface Base {
  /** The output's current snapshot, null for none: the commit insists that it still is. */
  snapshotId: number | null;
  /** How far an input was read; null for not at all. */
  mark(input: AnyTable): number | null;
}

/**
 * The newest word on each input: a compaction commits without one, so older snapshots are asked until one knows. Data and watermark
 * came with one commit; what that commit did not hold was not read.
 */
export async function readBase(lake: Pick<Lake, "load">, output: AnyTable): Promise<Base> {
  const table = await lake.load(output);
  return {
    snapshotId: table?.current?.id ?? null,
    mark(input) {
      const key = inputKey(input.name);
      const word = table?.snapshots.findLast(({ summary }) => summary[key] !== undefined)?.summary[key];
      return word === undefined ? null : Number(word);
    },
  };
}
