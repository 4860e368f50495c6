/** One interaction as the lake gives it; order does not matter. */
export interface InteractionRow {
  userId: string;
  itemId: string;
  timeMs: number;
  /** What the interaction is worth, 1 for a plain view. Must be positive. */
  weight: number;
  /** `eventTypeCode` of its type. */
  typeCode: number;
}

/** Interactions in columns: sorted by user, then time, then item. About 21 B a row. */
export interface Dataset {
  /** Sorted, so that equal rows give an equal data set whatever their order. */
  userIds: readonly string[];
  /** Item index → id: the model's order. */
  itemIds: readonly string[];
  /** [users + 1]: the rows of user u are userStart[u] ≤ row < userStart[u + 1]. */
  userStart: Uint32Array;
  /** [rows] item index. */
  items: Uint32Array;
  /** [rows] milliseconds since the epoch. */
  timesMs: Float64Array;
  /** [rows] */
  weights: Float32Array;
  /** [rows] */
  types: Uint8Array;
}

/**
 * Rows → columns. `itemIds` fixes the order of the first items (such as the whole catalogue); ids seen only in the rows
 * follow, sorted. Deterministic: any order of the same rows gives the same bytes.
 */
export function createDataset(rows: Iterable<InteractionRow>, itemIds: readonly string[] = []): Dataset {
  const list = [...rows];
  const known = new Set(itemIds);
  const allItemIds = [...known, ...sortedIds(list, (row) => row.itemId, known)];
  const userIds = sortedIds(list, (row) => row.userId, new Set());
  const itemIndex = new Map(allItemIds.map((id, index) => [id, index]));
  const userIndex = new Map(userIds.map((id, index) => [id, index]));
  const users = Uint32Array.from(list, (row) => userIndex.get(row.userId) as number);
  const items = Uint32Array.from(list, (row) => itemIndex.get(row.itemId) as number);
  const { start: userStart, places: order } = groupBy(users, userIds.length);
  const row = (index: number) => list[index] as InteractionRow;
  const byTime = (a: number, b: number) =>
    row(a).timeMs - row(b).timeMs ||
    (items[a] as number) - (items[b] as number) ||
    row(a).typeCode - row(b).typeCode ||
    row(a).weight - row(b).weight;
  // Many short sorts cost less than a long one.
  for (let u = 0; u < userIds.length; u++) order.subarray(userStart[u], userStart[u + 1]).sort(byTime);
  return {
    userIds,
    itemIds: allItemIds,
    userStart,
    items: Uint32Array.from(order, (index) => items[index] as number),
    timesMs: Float64Array.from(order, (index) => row(index).timeMs),
    weights: Float32Array.from(order, (index) => row(index).weight),
    types: Uint8Array.from(order, (index) => row(index).typeCode),
  };
}

/** Counting sort: the places of key g, in their order, are places[start[g]] … places[start[g + 1] − 1]. */
export function groupBy(
  keys: Uint32Array,
  keyCount: number,
): { start: Uint32Array<ArrayBuffer>; places: Uint32Array<ArrayBuffer> } {
  const start = new Uint32Array(keyCount + 1);
  for (const key of keys) start[key + 1] = (start[key + 1] as number) + 1;
  for (let key = 0; key < keyCount; key++) {
    start[key + 1] = (start[key + 1] as number) + (start[key] as number);
  }
  const next = start.slice();
  const places = new Uint32Array(keys.length);
  for (const [place, key] of keys.entries()) {
    places[next[key] as number] = place;
    next[key] = (next[key] as number) + 1;
  }
  return { start, places };
}

/** The rows before `cutMs`, over the same users and items. */
export function rowsBefore(dataset: Dataset, cutMs: number): Dataset {
  return keepRows(dataset, (row) => (dataset.timesMs[row] as number) < cutMs);
}

/** One row for each run of rows of a user on the same item (seen, put into the cart, bought): the first. */
export function collapseRepeats(dataset: Dataset): Dataset {
  return keepRows(dataset, (row, start) => row === start || dataset.items[row] !== dataset.items[row - 1]);
}

/** `keeps` is told the row and the first row of its user. */
function keepRows(dataset: Dataset, keeps: (row: number, start: number) => boolean): Dataset {
  const keep: number[] = [];
  const userStart = new Uint32Array(dataset.userStart.length);
  for (let u = 0; u < dataset.userIds.length; u++) {
    const end = dataset.userStart[u + 1] as number;
    const start = dataset.userStart[u] as number;
    for (let row = start; row < end; row++) {
      if (keeps(row, start)) keep.push(row);
    }
    userStart[u + 1] = keep.length;
  }
  return {
    userIds: dataset.userIds,
    itemIds: dataset.itemIds,
    userStart,
    items: Uint32Array.from(keep, (row) => dataset.items[row] as number),
    timesMs: Float64Array.from(keep, (row) => dataset.timesMs[row] as number),
    weights: Float32Array.from(keep, (row) => dataset.weights[row] as number),
    types: Uint8Array.from(keep, (row) => dataset.types[row] as number),
  };
}

function sortedIds(
  rows: readonly InteractionRow[],
  idOf: (row: InteractionRow) => string,
  without: Set<string>,
): string[] {
  const ids = new Set<string>();
  for (const row of rows) if (!without.has(idOf(row))) ids.add(idOf(row));
  return [...ids].sort();
}
