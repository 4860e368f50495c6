import { DAY_MS } from "../base/index.ts";

/** How often an item was shown on a UTC day, the current one or one of the six before, and when last; of a day that is not its newest, the day's end. */
export interface Shown {
  itemId: string;
  count: number;
  lastAtMs: number;
}

/** As stored: the item, when it was last shown, and [UTC day since the epoch, impressions] of each day that is kept. */
export type ShownRow = readonly [
  itemId: string,
  lastAtMs: number,
  days: readonly (readonly [number, number])[],
];

/** `itemsMax`: twenty answers of ten items; at 45 B an item 9 KB. Of an item that falls out, the count begins again. */
export const SHOWN = { days: 7, itemsMax: 200 } as const;

/** Impressions of one item at one time; −1 takes one back. */
export interface ShownOnce {
  itemId: string;
  atMs: number;
  sign: 1 | -1;
}

/** The rows with more impressions: sums by item and day, so their order does not matter. Newest last; equal sets give equal rows. */
export function addShown(rows: readonly ShownRow[], added: Iterable<ShownOnce>, nowMs: number): ShownRow[] {
  const items = new Map<string, { lastAtMs: number; days: Map<number, number> }>();
  for (const [itemId, lastAtMs, days] of rows) items.set(itemId, { lastAtMs, days: new Map(days) });
  for (const { itemId, atMs, sign } of added) {
    const known = items.get(itemId) ?? { lastAtMs: 0, days: new Map<number, number>() };
    items.set(itemId, known);
    const day = Math.floor(atMs / DAY_MS);
    known.days.set(day, (known.days.get(day) ?? 0) + sign);
    if (sign > 0) known.lastAtMs = Math.max(known.lastAtMs, atMs);
  }
  return keptRows(items, nowMs);
}

/** The rows of several subjects as one's. */
export function joinShown(rows: readonly ShownRow[], others: readonly ShownRow[], nowMs: number): ShownRow[] {
  const items = new Map<string, { lastAtMs: number; days: Map<number, number> }>();
  for (const [itemId, lastAtMs, days] of [...rows, ...others]) {
    const known = items.get(itemId) ?? { lastAtMs: 0, days: new Map<number, number>() };
    items.set(itemId, known);
    known.lastAtMs = Math.max(known.lastAtMs, lastAtMs);
    for (const [day, count] of days) known.days.set(day, (known.days.get(day) ?? 0) + count);
  }
  return keptRows(items, nowMs);
}

function keptRows(
  items: ReadonlyMap<string, { lastAtMs: number; days: ReadonlyMap<number, number> }>,
  nowMs: number,
): ShownRow[] {
  const firstDay = Math.floor(nowMs / DAY_MS) - SHOWN.days + 1;
  const rows: ShownRow[] = [];
  for (const [itemId, { lastAtMs, days }] of items) {
    const kept = [...days].filter(([day, count]) => day >= firstDay && count !== 0);
    if (kept.length > 0) rows.push([itemId, lastAtMs, kept.sort(([a], [b]) => a - b)]);
  }
  return rows.sort(byTime).slice(-SHOWN.itemsMax);
}

function byTime([a, aMs]: ShownRow, [b, bMs]: ShownRow): number {
  return aMs - bMs || (a < b ? -1 : 1);
}

/** Each item and day; items shown last at the end, of an item its days in order. */
export function shownOf(rows: readonly ShownRow[], nowMs: number): Shown[] {
  const firstDay = Math.floor(nowMs / DAY_MS) - SHOWN.days + 1;
  return rows.flatMap(([itemId, lastAtMs, days]) =>
    days
      .filter(([day, count]) => day >= firstDay && count > 0)
      .map(([day, count]) => ({ itemId, count, lastAtMs: Math.min(lastAtMs, (day + 1) * DAY_MS - 1) })),
  );
}
