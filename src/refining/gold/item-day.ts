import { DAY_MS } from "../../base/index.ts";
import { compareCells, type ItemDay } from "../../lake/index.ts";
import { BLOCK_ROWS, type Blocks } from "../sort/index.ts";
import type { EventCells } from "./difference.ts";

/** What a day's counts take of an event. */
export const DAY_COLUMNS = [
  "type",
  "item_id",
  "items",
  "occurred_at",
  "subject",
  "event_weight",
  "quantity",
  "value",
  "is_bot",
  "is_automated",
] as const;

export type DayEvent = EventCells<(typeof DAY_COLUMNS)[number]>;

/** What orders the rows of gold.item_daily. */
export type DayKey = Pick<ItemDay, "tenant" | "day" | "item_id">;

/** What one event is to one of its items. A type, not an interface: only so it may lie in a scratch. */
export type DayEntry = DayKey & {
  /** Null where nobody is named. */
  subject: string | null;
  event_id: string;
  type: string;
  weight: number;
  quantity: number;
  revenue: number;
};

export function compareDays(a: DayKey, b: DayKey): number {
  return (a.tenant === b.tenant ? 0 : compareCells(a.tenant, b.tenant)) || a.day - b.day;
}

export function compareItems(a: DayKey, b: DayKey): number {
  return compareDays(a, b) || compareCells(a.item_id, b.item_id);
}

/** Total, so that sums of fractions come out the same whatever the files are; one subject's events stand together. */
export function compareDayEntries(a: DayEntry, b: DayEntry): number {
  return (
    compareItems(a, b) ||
    compareCells(a.subject ?? "", b.subject ?? "") ||
    compareCells(a.event_id, b.event_id)
  );
}

export function dayOf(event: Pick<DayEvent, "occurred_at">): number {
  return Math.floor(event.occurred_at / DAY_MS) * DAY_MS;
}

/** One entry per item; none for bots, automated sessions, and what is neither an impression nor a sign of interest. */
export function dayEntriesOf(event: DayEvent): DayEntry[] {
  const { tenant, event_id, type, event_weight: weight, subject } = event;
  if (event.is_bot || event.is_automated || (type !== "impression" && weight <= 0)) return [];
  const bought = type === "purchase";
  const entry = {
    tenant,
    day: dayOf(event),
    subject,
    event_id,
    type,
    weight,
    quantity: bought ? (event.quantity ?? 1) : 0,
    revenue: bought ? (event.value ?? 0) : 0,
  };
  return itemsOf(event).map((item_id) => ({ ...entry, item_id }));
}

function itemsOf({ type, item_id, items }: DayEvent): string[] {
  const listed = type === "impression" ? (items ?? []).map((item) => item.item_id) : [];
  return [...new Set(item_id === null ? listed : [item_id, ...listed])];
}

const COUNTED: Readonly<Record<string, "views" | "clicks" | "carts" | "purchases" | "impressions">> = {
  view: "views",
  click: "clicks",
  add_to_cart: "carts",
  purchase: "purchases",
  impression: "impressions",
};

/** Sorted entries → one row per item and day. */
export async function* itemDays(entries: Blocks<DayEntry>): AsyncGenerator<ItemDay[]> {
  let block: ItemDay[] = [];
  let row: ItemDay | null = null;
  let subject: string | null = null;
  for await (const batch of entries) {
    for (const entry of batch) {
      if (row === null || compareItems(row, entry) !== 0) {
        if (row !== null) block.push(row);
        row = emptyDay(entry);
        subject = null;
      }
      const counted = COUNTED[entry.type];
      if (counted !== undefined) row[counted]++;
      row.score += entry.weight;
      row.quantity += entry.quantity;
      row.revenue += entry.revenue;
      if (entry.subject !== null && entry.subject !== subject) row.subjects++;
      subject = entry.subject;
    }
    if (block.length < BLOCK_ROWS) continue;
    yield block;
    block = [];
  }
  if (row !== null) block.push(row);
  if (block.length > 0) yield block;
}

function emptyDay({ tenant, item_id, day }: DayKey): ItemDay {
  const counts = { views: 0, clicks: 0, carts: 0, purchases: 0, impressions: 0 };
  return { tenant, item_id, day, ...counts, score: 0, quantity: 0, revenue: 0, subjects: 0 };
}
