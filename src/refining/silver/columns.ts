import { EVENT_COLUMNS, type StoredEvent } from "../../events/index.ts";
import { type PatternEvent, sessionActor } from "../../features/index.ts";
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

type Cell<Name extends EventName> = Exclude<StoredEvent[Name], undefined> | null;

/** An event's cells in the order of `EVENT_NAMES`, null where it has none; `json` columns as values. Many of these are held at once. */
export type EventCells = readonly unknown[];
export type PatternCells = { [Name in (typeof PATTERN_NAMES)[number]]: Cell<Name> };

const INDEX = Object.fromEntries(EVENT_NAMES.map((name, index) => [name, index])) as Record<
  EventName,
  number
>;

export function cellOf<Name extends EventName>(cells: EventCells, name: Name): Cell<Name> {
  return cells[INDEX[name]] as Cell<Name>;
}

/** Row `index` of a batch. */
export function cellsAt(
  { columns }: Batch<StoredEvent, EventName> | Batch<Interaction, InteractionName>,
  index: number,
): EventCells {
  const byName = columns as Record<EventName, unknown[]>;
  return EVENT_NAMES.map((name) => byName[name][index]);
}

/** Without the cells that are null: as the event was. */
export function eventOf(cells: EventCells): StoredEvent {
  const present = EVENT_NAMES.map((name, index) => [name, cells[index]] as const).filter(
    ([, cell]) => cell !== null,
  );
  return Object.fromEntries(present) as unknown as StoredEvent;
}

type PatternColumns = { readonly [Name in keyof PatternCells]: readonly PatternCells[Name][] };

export function patternAt(columns: PatternColumns, index: number): PatternCells {
  return {
    tenant: columns.tenant[index] ?? null,
    event_id: columns.event_id[index] ?? null,
    received_at: columns.received_at[index] ?? null,
    occurred_at: columns.occurred_at[index] ?? null,
    consent: columns.consent[index] ?? null,
    is_bot: columns.is_bot[index] ?? null,
    user_id: columns.user_id[index] ?? null,
    anonymous_id: columns.anonymous_id[index] ?? null,
  };
}

export function patternOf(cells: EventCells): PatternCells {
  return {
    tenant: cellOf(cells, "tenant"),
    event_id: cellOf(cells, "event_id"),
    received_at: cellOf(cells, "received_at"),
    occurred_at: cellOf(cells, "occurred_at"),
    consent: cellOf(cells, "consent"),
    is_bot: cellOf(cells, "is_bot"),
    user_id: cellOf(cells, "user_id"),
    anonymous_id: cellOf(cells, "anonymous_id"),
  };
}

/** The actor whose session the row is of; null for none. */
export function actorOf(pattern: PatternCells): string | null {
  // Required columns have no null.
  return sessionActor(pattern as PatternEvent);
}

export interface RowKey {
  tenant: string;
  event_id: string;
}

/** Where a row stands in a partition: by tenant, then id. Both are ASCII, so text order is byte order. */
export function compareKeys(a: RowKey, b: RowKey): number {
  return compareText(a.tenant, b.tenant) || compareText(a.event_id, b.event_id);
}

export function keyOf(cells: EventCells): RowKey {
  // Required columns have no null.
  return { tenant: cellOf(cells, "tenant") as string, event_id: cellOf(cells, "event_id") as string };
}

/** `compareKeys` of two events. */
export function compareEvents(a: EventCells, b: EventCells): number {
  return (
    compareText(cellOf(a, "tenant") as string, cellOf(b, "tenant") as string) ||
    compareText(cellOf(a, "event_id") as string, cellOf(b, "event_id") as string)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The other columns in which two copies of an event may differ. */
const OTHER_NAMES = EVENT_NAMES.filter((name) => !(PATTERN_NAMES as readonly EventName[]).includes(name));

/** `compareCopies` as far as these columns tell; 0 when they do not. */
export function comparePatterns(a: PatternCells, b: PatternCells): number {
  let order = compareCells(a.received_at, b.received_at);
  for (const name of PATTERN_NAMES) order ||= compareCells(a[name], b[name]);
  return order;
}

/**
 * Below 0 when `a` is the copy that stays: the one received first. Copies that came together are told apart by their cells, first those
 * that sessions are made from, then by the mark of a replay, which silver needs to know of: so the choice does not depend on the order in which they are read.
 */
export function compareCopies(a: EventCells, b: EventCells): number {
  let order = comparePatterns(patternOf(a), patternOf(b)) || compareReplays(a, b);
  for (const name of OTHER_NAMES) order ||= compareCells(cellOf(a, name), cellOf(b, name));
  return order;
}

/** The first replay, then what was never replayed. */
function compareReplays(a: EventCells, b: EventCells): number {
  const markOf = (cells: EventCells) => cellOf(cells, "replayed_at") ?? Number.MAX_SAFE_INTEGER;
  return markOf(a) - markOf(b);
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
