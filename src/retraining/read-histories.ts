import { assert } from "../base/index.ts";
import { type Lake, USER_HISTORIES } from "../lake/index.ts";
import type { Dataset, YieldTo } from "../learn/index.ts";
import { layOut } from "./dataset-file.ts";
import { Subjects } from "./subjects.ts";

export interface HistoriesRequest {
  tenant: string;
  snapshotId: number | undefined;
  /** Rows up to then are left out, by subject. */
  deletedAtMs: ReadonlyMap<string, number>;
  /** Event type → weight in place of the row's own; rows of weight 0 are left out. */
  eventWeights: Readonly<Record<string, number>>;
  /** The catalogue's items come first, in this order; others that have rows follow, sorted. */
  itemIds: readonly string[];
  rowsMax: number;
  nowMs: number;
  seed: number;
  yieldTo: YieldTo;
  report(fraction: number, message: string): void;
}

export interface Histories {
  dataset: Dataset;
  /** Where its columns lie. */
  file: Uint8Array<ArrayBuffer>;
  /** Where it is a sample: rows and subjects of all. */
  sampledFrom?: { interactions: number; users: number };
}

/**
 * gold.user_histories → a data set in its file, in two scans: the first counts and draws the sample, the second fills columns
 * of exactly that size where they will stay. No row is held as an object, and no column twice.
 */
export async function readHistories(lake: Lake, request: HistoriesRequest): Promise<Histories> {
  const { rowsMax, nowMs, seed } = request;
  const subjects = new Subjects({ rowsMax, nowMs, seed });
  const known = new Set(request.itemIds);
  const others = new Set<string>();
  await eachRow(lake, request, { before: 0, message: "counting" }, ({ subject, itemId, timeMs }) => {
    subjects.add(subject, timeMs);
    if (!known.has(itemId)) others.add(itemId);
  });
  const itemIds = [...known, ...[...others].sort()];
  const { file, dataset } = emptyFile(subjects.close(), itemIds);
  const userOf = new Map(dataset.userIds.map((id, user) => [id, user]));
  const itemOf = new Map(itemIds.map((id, item) => [id, item]));
  /** [users] where the next row of each goes. */
  const at = dataset.userStart.slice();
  await eachRow(lake, request, { before: 0.5, message: "reading" }, (row) => {
    const user = userOf.get(row.subject);
    if (user === undefined) return;
    const place = at[user] as number;
    at[user] = place + 1;
    dataset.items[place] = itemOf.get(row.itemId) as number;
    dataset.timesMs[place] = row.timeMs;
    dataset.weights[place] = row.weight;
    dataset.types[place] = row.typeCode;
  });
  for (let user = 0; user < dataset.userIds.length; user++) {
    assert(at[user] === dataset.userStart[user + 1], "both scans of a snapshot find the same rows");
    sortRows(dataset, dataset.userStart[user] as number, at[user] as number);
  }
  const sampledFrom = { interactions: subjects.rowsSeen, users: subjects.usersSeen };
  return { file, dataset, ...(subjects.isSample ? { sampledFrom } : {}) };
}

function emptyFile(
  counts: ReadonlyMap<string, { rows: number }>,
  itemIds: readonly string[],
): { file: Uint8Array<ArrayBuffer>; dataset: Dataset } {
  const userIds = [...counts.keys()].sort();
  const rows = userIds.reduce((sum, id) => sum + (counts.get(id)?.rows ?? 0), 0);
  const { bytes, views } = layOut({ userCount: userIds.length, itemIds }, [
    { name: "userStart", type: "Uint32Array", length: userIds.length + 1 },
    { name: "items", type: "Uint32Array", length: rows },
    { name: "timesMs", type: "Float64Array", length: rows },
    { name: "weights", type: "Float32Array", length: rows },
    { name: "types", type: "Uint8Array", length: rows },
  ]);
  const dataset = { userIds, itemIds, ...views } as unknown as Dataset;
  for (const [user, id] of userIds.entries()) {
    dataset.userStart[user + 1] = (dataset.userStart[user] as number) + (counts.get(id)?.rows ?? 0);
  }
  return { file: bytes, dataset };
}

/** By time, then item, type, weight, as every data set is. They come by time already: what is left to do is little. */
function sortRows({ timesMs, items, types, weights }: Dataset, start: number, end: number): void {
  const columns = [timesMs, items, types, weights];
  const isAfter = (left: number, right: number) => {
    for (const column of columns) {
      const difference = (column[left] as number) - (column[right] as number);
      if (difference !== 0) return difference > 0;
    }
    return false;
  };
  for (let row = start + 1; row < end; row++) {
    for (let to = row; to > start && isAfter(to - 1, to); to--) {
      for (const column of columns) {
        const value = column[to] as number;
        column[to] = column[to - 1] as number;
        column[to - 1] = value;
      }
    }
  }
}

interface Row {
  subject: string;
  itemId: string;
  timeMs: number;
  /** Above 0. */
  weight: number;
  typeCode: number;
}

/** What a row of a history is to a learner: the scan fetches no other columns. */
const COLUMNS = ["subject", "item_id", "occurred_at", "weight", "type", "type_code"] as const;

/** The rows that count, row group by row group; `onRow` is given one and the same object each time. */
async function eachRow(
  lake: Lake,
  { tenant, snapshotId, deletedAtMs, eventWeights, yieldTo, report }: HistoriesRequest,
  { before, message }: { before: number; message: string },
  onRow: (row: Row) => void,
): Promise<void> {
  if (snapshotId === undefined) return;
  const batches = lake.scan(USER_HISTORIES, {
    tenant,
    snapshotId,
    columns: COLUMNS,
    onProgress: ({ filesDone, filesTotal }) =>
      report(
        before + filesDone / Math.max(filesTotal, 1) / 2,
        `${message}: ${filesDone} of ${filesTotal} files`,
      ),
  });
  const one: Row = { subject: "", itemId: "", timeMs: 0, weight: 0, typeCode: 0 };
  for await (const { rows, columns } of batches) {
    for (let row = 0; row < rows; row++) {
      one.subject = columns.subject[row] as string;
      one.timeMs = columns.occurred_at[row] as number;
      if (one.timeMs <= (deletedAtMs.get(one.subject) ?? Number.NEGATIVE_INFINITY)) continue;
      one.weight = eventWeights[columns.type[row] as string] ?? (columns.weight[row] as number);
      if (!(one.weight > 0)) continue;
      one.itemId = columns.item_id[row] as string;
      one.typeCode = columns.type_code[row] as number;
      onRow(one);
    }
    await yieldTo();
  }
}
