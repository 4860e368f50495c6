import { EVENT_COLUMNS, type StoredEvent } from "../../events/index.ts";
import type { PatternEvent } from "../../features/index.ts";
import { type Batch, INTERACTIONS, type Interaction } from "../../lake/index.ts";

export type EventName = keyof StoredEvent;
export const EVENT_NAMES: readonly EventName[] = EVENT_COLUMNS.map(({ name }) => name);

export type InteractionName = keyof Interaction & string;
export const INTERACTION_NAMES: readonly InteractionName[] = INTERACTIONS.columns.map(({ name }) => name);

/** What tells one row from another and whose session it is of. */
export const PATTERN_NAMES = [
  "tenant",
  "event_id",
  "received_at",
  "occurred_at",
  "consent",
  "is_bot",
  "user_id",
  "anonymous_id",
] as const satisfies readonly EventName[];

/** An event's cells by column, null where it has none; `json` columns as values. */
export type EventCells = { [K in EventName]-?: Exclude<StoredEvent[K], undefined> | null };
export type PatternCells = Pick<EventCells, (typeof PATTERN_NAMES)[number]>;

/** Row `index` of a batch as cells. */
export function cellsAt<Name extends EventName>(
  { columns }: Batch<Interaction, Name> | Batch<StoredEvent, Name>,
  index: number,
  names: readonly Name[],
): Pick<EventCells, Name> {
  const cells: Record<string, unknown> = {};
  for (const name of names) cells[name] = columns[name][index];
  return cells as Pick<EventCells, Name>;
}

/** Without the cells that are null: as the event was. */
export function eventOf(cells: EventCells): StoredEvent {
  return Object.fromEntries(
    Object.entries(cells).filter(([, cell]) => cell !== null),
  ) as unknown as StoredEvent;
}

/** Required columns have no null. */
export function patternOf(cells: PatternCells): PatternEvent {
  return cells as PatternEvent;
}

/** Where a row stands in a partition: by tenant, then id. Both are ASCII, so text order is byte order. */
export function compareKeys(
  a: { tenant: string | null; event_id: string | null },
  b: { tenant: string | null; event_id: string | null },
): number {
  return compareCells(a.tenant, b.tenant) || compareCells(a.event_id, b.event_id);
}

/** The columns in which two copies of an event are compared: first when it was received, then what sessions are made from. */
const COPY_ORDER: readonly EventName[] = [
  ...new Set<EventName>(["received_at", ...PATTERN_NAMES, ...EVENT_NAMES]),
];

/**
 * Below 0 when `a` is the copy that stays: the one received first. Copies that came together are told apart by their cells, so that
 * the choice does not depend on the order in which they are read. Comparing fewer columns gives the same answer or 0.
 */
export function compareCopies(a: Partial<EventCells>, b: Partial<EventCells>): number {
  for (const name of COPY_ORDER) {
    const order = compareCells(a[name], b[name]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareCells(a: unknown, b: unknown): number {
  if (a === b) return 0;
  const [left, right] = [comparable(a), comparable(b)];
  if (left === right) return 0;
  if (left === null || right === null) return left === null ? -1 : 1;
  return left < right ? -1 : 1;
}

function comparable(cell: unknown): string | number | boolean | null {
  if (cell === null || cell === undefined) return null;
  return typeof cell === "object" ? JSON.stringify(cell) : (cell as string | number | boolean);
}
