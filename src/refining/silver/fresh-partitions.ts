import { type Blocks, Cursor, type ExternalSort, PIECE_ROWS } from "../sort/index.ts";
import { compareEvents } from "./columns.ts";
import type { FreshRow, Landed } from "./merge-rows.ts";

export interface PartitionId {
  bucket: number;
  day: number;
}

/** In the order in which fresh rows are sorted. */
export function comparePartitions(a: PartitionId, b: PartitionId): number {
  return a.bucket - b.bucket || a.day - b.day;
}

/** The fresh rows of one partition, the copies of an event as one. */
export async function* freshOf(
  sorted: ExternalSort<FreshRow>,
  partition: PartitionId,
): AsyncGenerator<FreshRow[]> {
  const within = ([bucket, day]: FreshRow) => comparePartitions({ bucket, day }, partition);
  const cursor = await Cursor.open<FreshRow>(sorted.read(within));
  let block: FreshRow[] = [];
  while (cursor.row !== undefined) {
    block.push(await nextEvent(cursor));
    if (block.length < PIECE_ROWS) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

/** None: for a partition that is settled only. */
export async function* noneFresh(): AsyncGenerator<never[]> {}

export type FreshRows = () => Blocks<FreshRow>;

/** The copy that stays, with what is to be said of all of them. Leaves the cursor behind the last copy. */
async function nextEvent(cursor: Cursor<FreshRow>): Promise<FreshRow> {
  const first = cursor.row as FreshRow;
  const [bucket, day, , cells] = first;
  let landed = first[2];
  do {
    landed = together(landed, cursor.row?.[2] ?? landed);
    const loading = cursor.next();
    if (loading !== undefined) await loading;
  } while (cursor.row !== undefined && compareEvents(cursor.row[3], cells) === 0);
  return landed === first[2] ? first : [bucket, day, landed, cells];
}

function together(a: Landed, b: Landed): Landed {
  if (a === b) return a;
  return a === "replayed" || b === "replayed" ? "replayed" : "both";
}
