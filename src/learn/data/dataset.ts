import { discard } from "../../base/index.ts";

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
  const builder = new DatasetBuilder();
  for (const row of rows) builder.add(row);
  return builder.build(itemIds);
}

/** `createDataset` for rows that come bit by bit: holds about 25 B of a row, and each id once. */
export class DatasetBuilder {
  readonly #userPlaces = new Map<string, number>();
  readonly #itemPlaces = new Map<string, number>();
  #rows = 0;
  #users = new Uint32Array(1_024);
  #items = new Uint32Array(1_024);
  #timesMs = new Float64Array(1_024);
  #weights = new Float32Array(1_024);
  #types = new Uint8Array(1_024);

  add({ userId, itemId, timeMs, weight, typeCode }: InteractionRow): void {
    const row = this.#rows++;
    if (row === this.#users.length) this.#grow();
    this.#users[row] = placeOf(this.#userPlaces, userId);
    this.#items[row] = placeOf(this.#itemPlaces, itemId);
    this.#timesMs[row] = timeMs;
    this.#weights[row] = weight;
    this.#types[row] = typeCode;
  }

  build(itemIds: readonly string[] = []): Dataset {
    const known = new Set(itemIds);
    const others = [...this.#itemPlaces.keys()].filter((id) => !known.has(id)).sort();
    const allItemIds = [...known, ...others];
    const userIds = [...this.#userPlaces.keys()].sort();
    const users = renumber(this.#users.subarray(0, this.#rows), this.#userPlaces, userIds);
    const items = renumber(this.#items.subarray(0, this.#rows), this.#itemPlaces, allItemIds);
    const { start: userStart, places: order } = groupBy(users, userIds.length);
    const [timesMs, types, weights] = [this.#timesMs, this.#types, this.#weights];
    const compare = (column: ArrayLike<number>, a: number, b: number) =>
      (column[a] as number) - (column[b] as number);
    const byTime = (a: number, b: number) =>
      compare(timesMs, a, b) || compare(items, a, b) || compare(types, a, b) || compare(weights, a, b);
    // Many short sorts cost less than a long one.
    for (let u = 0; u < userIds.length; u++) order.subarray(userStart[u], userStart[u + 1]).sort(byTime);
    return {
      userIds,
      itemIds: allItemIds,
      userStart,
      items: gather(items, order, new Uint32Array(order.length)),
      timesMs: gather(timesMs, order, new Float64Array(order.length)),
      weights: gather(weights, order, new Float32Array(order.length)),
      types: gather(types, order, new Uint8Array(order.length)),
    };
  }

  #grow(): void {
    const length = 2 * this.#rows;
    const grown = <Column extends { set(from: Column): void }>(column: Column, larger: Column): Column => {
      larger.set(column);
      return larger;
    };
    this.#users = grown(this.#users, new Uint32Array(length));
    this.#items = grown(this.#items, new Uint32Array(length));
    this.#timesMs = grown(this.#timesMs, new Float64Array(length));
    this.#weights = grown(this.#weights, new Float32Array(length));
    this.#types = grown(this.#types, new Uint8Array(length));
  }
}

/** The id's number in the order of first mention. */
function placeOf(places: Map<string, number>, id: string): number {
  const place = places.get(id);
  if (place !== undefined) return place;
  places.set(id, places.size);
  return places.size - 1;
}

/** Places in the order of first mention → places in `ids`. */
function renumber(
  column: Uint32Array,
  places: ReadonlyMap<string, number>,
  ids: readonly string[],
): Uint32Array<ArrayBuffer> {
  const renumbered = new Uint32Array(places.size);
  for (const [index, id] of ids.entries()) {
    const place = places.get(id);
    if (place !== undefined) renumbered[place] = index;
  }
  return Uint32Array.from(column, (place) => renumbered[place] as number);
}

/** Counting sort: the places of key g, in their order, are places[start[g]] … places[start[g + 1] − 1]. */
export function groupBy(
  keys: Uint16Array | Uint32Array,
  keyCount: number,
): { start: Uint32Array<ArrayBuffer>; places: Uint32Array<ArrayBuffer> } {
  const start = new Uint32Array(keyCount + 1);
  for (const key of keys) start[key + 1] = (start[key + 1] as number) + 1;
  for (let key = 0; key < keyCount; key++) {
    start[key + 1] = (start[key + 1] as number) + (start[key] as number);
  }
  const next = start.slice();
  const places = new Uint32Array(keys.length);
  for (let place = 0; place < keys.length; place++) {
    const key = keys[place] as number;
    places[next[key] as number] = place;
    next[key] = (next[key] as number) + 1;
  }
  return { start, places };
}

/** The rows before `cutMs`, over the same users and items. */
export function rowsBefore(dataset: Dataset, cutMs: number): Dataset {
  return keepRows(dataset, (row) => (dataset.timesMs[row] as number) < cutMs);
}

/** The rows of a user: `start` ≤ row < `end`. */
export interface UserRows {
  user: number;
  start: number;
  end: number;
}

/**
 * The rows that `keeps` picks, over the same users and items. A column of equal values is shared with the data set, for memory:
 * in many data every weight and type is alike.
 */
export function keepRows(dataset: Dataset, keeps: (row: number, range: UserRows) => boolean): Dataset {
  const { userStart, items, timesMs, weights, types } = dataset;
  const kept = new Uint32Array(items.length);
  const starts = new Uint32Array(userStart.length);
  let count = 0;
  for (let user = 0; user + 1 < userStart.length; user++) {
    const range = { user, start: userStart[user] as number, end: userStart[user + 1] as number };
    for (let row = range.start; row < range.end; row++) {
      if (keeps(row, range)) kept[count++] = row;
    }
    starts[user + 1] = count;
  }
  const rows = kept.subarray(0, count);
  const columns: Dataset = {
    userIds: dataset.userIds,
    itemIds: dataset.itemIds,
    userStart: starts,
    items: gather(items, rows, new Uint32Array(count)),
    timesMs: gather(timesMs, rows, new Float64Array(count)),
    weights: isConstant(weights)
      ? weights.subarray(0, count)
      : gather(weights, rows, new Float32Array(count)),
    types: isConstant(types) ? types.subarray(0, count) : gather(types, rows, new Uint8Array(count)),
  };
  discard(kept);
  return columns;
}

/** Not with `from` of typed arrays, which first lists all that it takes: 8 bytes of garbage a row. */
function gather<Column extends Uint8Array | Uint32Array | Float32Array | Float64Array>(
  column: Column,
  rows: Uint32Array,
  to: Column,
): Column {
  for (let at = 0; at < rows.length; at++) to[at] = column[rows[at] as number] as number;
  return to;
}

function isConstant(column: Float32Array | Uint8Array): boolean {
  return column.every((value) => value === column[0]);
}
