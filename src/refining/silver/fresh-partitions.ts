import { Cursor, type ExternalSort, type Scratch, Spool } from "../sort/index.ts";
import { compareEvents } from "./columns.ts";
import type { FreshRow } from "./merge-rows.ts";

/** Fresh rows of one partition held in memory: they are read once for each pass. */
const SPOOL_MEMORY_ROWS = 8_000;
const SPOOL_STEP_ROWS = 256;

export interface FreshPartition {
  bucket: number;
  day: number;
  /** One copy of each event, sorted. */
  rows: Spool<FreshRow>;
}

/** Sorted rows, partition by partition, the copies of an event as one. The caller removes the rows of a partition it is done with. */
export async function* freshPartitions(
  sorted: ExternalSort<FreshRow>,
  scratch: Scratch,
): AsyncGenerator<FreshPartition> {
  const cursor = await Cursor.open(sorted.read());
  while (cursor.row !== undefined) {
    const [bucket, day] = cursor.row;
    const rows = new Spool<FreshRow>(scratch, SPOOL_MEMORY_ROWS);
    let step: FreshRow[] = [];
    while (cursor.row?.[0] === bucket && cursor.row[1] === day) {
      step.push(await nextEvent(cursor));
      if (step.length < SPOOL_STEP_ROWS) continue;
      await rows.add(step);
      step = [];
    }
    await rows.add(step);
    yield { bucket, day, rows };
  }
}

/** The copy that stays; late only if all are. Leaves the cursor behind the last copy. */
async function nextEvent(cursor: Cursor<FreshRow>): Promise<FreshRow> {
  const [bucket, day, isLate, cells] = cursor.row as FreshRow;
  let late = isLate;
  await cursor.next();
  while (cursor.row !== undefined && compareEvents(cursor.row[3], cells) === 0) {
    late &&= cursor.row[2];
    await cursor.next();
  }
  return [bucket, day, late, cells];
}
