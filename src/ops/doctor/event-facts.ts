import { DAY_MS } from "../../base/index.ts";
import { readListOrigin } from "../../events/index.ts";
import { type Batch, INTERACTIONS, type Interaction, type Lake } from "../../lake/index.ts";
import { EXAMPLES_MAX } from "./finding.ts";
import { CLOCK_OFF_MS, DOCTOR_DAYS, IDS_MAX, ROWS_MAX } from "./thresholds.ts";
import { type SharedId, VisitCounter } from "./visit-counter.ts";

/** Events of one type by people; robots are left out. */
export interface TypeFacts {
  events: number;
  withItem: number;
  unknownItems: number;
  /** Unknown item → events that name it; a bounded part of them. */
  unknown: Map<string, number>;
  /** Events told as they happened, by days back from now: the first is the last 24 hours. */
  days: number[];
}

/** What the week's events show. */
export interface EventFacts {
  /** Of all senders; `complete` is false where there are more than one look reads. */
  rows: number;
  complete: boolean;
  automated: number;
  /** Of people, by type. */
  types: Map<string, TypeFacts>;
  /** Of people who agreed to be known, and those of them that name no visitor, by type. */
  consented: number;
  withoutVisitor: Map<string, number>;
  namedUsers: number;
  shared: SharedId[];
  clocksOff: number;
  impressionsWithoutList: number;
  /** Clicks that name a list, and those whose list is not ours, with the beginnings of its ids. */
  listedClicks: number;
  foreignClicks: number;
  foreignLists: Set<string>;
  purchasesWithoutValue: number;
  /** Purchases by the currency of their value. */
  currencies: Map<string, number>;
}

const COLUMNS = [
  ...([
    "type",
    "item_id",
    "item_known",
    "user_id",
    "anonymous_id",
    "session_id",
    "recommendation_id",
  ] as const),
  ...([
    "value",
    "currency",
    "consent",
    "occurred_at",
    "sent_at",
    "received_at",
    "is_bot",
    "is_automated",
  ] as const),
] as const;

type Cells = { [Name in (typeof COLUMNS)[number]]: Exclude<Interaction[Name], undefined> | null };

/** One pass over the week's rows of silver.interactions: what is kept is bounded by `IDS_MAX`, whatever comes. */
export async function readEventFacts(
  lake: Pick<Lake, "scan">,
  { tenant, nowMs, rowsMax = ROWS_MAX }: { tenant: string; nowMs: number; rowsMax?: number },
): Promise<EventFacts> {
  const tally = new EventTally(tenant, nowMs);
  const where = [{ column: "id_time", min: nowMs - DOCTOR_DAYS * DAY_MS }] as const;
  for await (const { columns, rows } of lake.scan(INTERACTIONS, { tenant, where, columns: COLUMNS })) {
    for (let at = 0; at < rows; at++) {
      tally.add(cellsAt(columns, at));
    }
    if (tally.facts.rows < rowsMax) continue;
    tally.facts.complete = false;
    break;
  }
  return tally.close();
}

function cellsAt(columns: Batch<Interaction, (typeof COLUMNS)[number]>["columns"], at: number): Cells {
  return {
    type: columns.type[at] ?? null,
    item_id: columns.item_id[at] ?? null,
    item_known: columns.item_known[at] ?? null,
    user_id: columns.user_id[at] ?? null,
    anonymous_id: columns.anonymous_id[at] ?? null,
    session_id: columns.session_id[at] ?? null,
    recommendation_id: columns.recommendation_id[at] ?? null,
    value: columns.value[at] ?? null,
    currency: columns.currency[at] ?? null,
    consent: columns.consent[at] ?? null,
    occurred_at: columns.occurred_at[at] ?? null,
    sent_at: columns.sent_at[at] ?? null,
    received_at: columns.received_at[at] ?? null,
    is_bot: columns.is_bot[at] ?? null,
    is_automated: columns.is_automated[at] ?? null,
  };
}

/** What was told later than this was kept back or imported: its time is no day's traffic. */
const TOLD_WITHIN_MS = DAY_MS / 24;

class EventTally {
  readonly facts: EventFacts = {
    ...{ rows: 0, complete: true, automated: 0, types: new Map(), consented: 0, withoutVisitor: new Map() },
    ...{
      namedUsers: 0,
      shared: [],
      clocksOff: 0,
      impressionsWithoutList: 0,
      listedClicks: 0,
      foreignClicks: 0,
    },
    ...{ foreignLists: new Set(), purchasesWithoutValue: 0, currencies: new Map() },
  };
  readonly #tenant: string;
  readonly #nowMs: number;
  readonly #users = new VisitCounter("user_id");
  readonly #devices = new VisitCounter("anonymous_id");
  #unknownIds = 0;

  constructor(tenant: string, nowMs: number) {
    this.#tenant = tenant;
    this.#nowMs = nowMs;
  }

  add(row: Cells): void {
    const { facts } = this;
    facts.rows++;
    if (row.is_bot === true || row.is_automated === true) facts.automated++;
    if (row.is_bot === true) return;
    // An id that thousands share looks automated: it is looked for before such rows are left out.
    this.#countVisitor(row);
    if (row.is_automated === true) return;
    this.#countType(row);
    if (Math.abs(Number(row.received_at) - Number(row.sent_at)) > CLOCK_OFF_MS) facts.clocksOff++;
    if (row.type === "impression" && row.recommendation_id === null) facts.impressionsWithoutList++;
    if (row.type === "click" && row.recommendation_id !== null) this.#countList(row.recommendation_id);
    if (row.type === "purchase") this.#countPurchase(row);
  }

  close(): EventFacts {
    this.facts.namedUsers = this.#users.ids;
    this.facts.shared = [...this.#users.shared(), ...this.#devices.shared()];
    return this.facts;
  }

  #countVisitor({ type, consent, user_id, anonymous_id, session_id, occurred_at, received_at }: Cells): void {
    if (consent !== "granted") return;
    this.facts.consented++;
    if (user_id === null && anonymous_id === null) add(this.facts.withoutVisitor, type as string);
    // An import tells of years of visits at once.
    if (Number(received_at) - Number(occurred_at) > TOLD_WITHIN_MS || session_id === null) return;
    if (user_id !== null) this.#users.add(user_id, session_id);
    if (anonymous_id !== null) this.#devices.add(anonymous_id, session_id);
  }

  #countType({ type, item_id, item_known, occurred_at, received_at }: Cells): void {
    const { types } = this.facts;
    const own: TypeFacts = types.get(type as string) ?? {
      ...{ events: 0, withItem: 0, unknownItems: 0, unknown: new Map() },
      days: new Array(DOCTOR_DAYS).fill(0),
    };
    types.set(type as string, own);
    own.events++;
    const day = Math.floor((this.#nowMs - Number(received_at)) / DAY_MS);
    const isOfNow = Number(received_at) - Number(occurred_at) <= TOLD_WITHIN_MS;
    if (isOfNow && day >= 0 && day < DOCTOR_DAYS) own.days[day] = (own.days[day] ?? 0) + 1;
    if (item_id === null) return;
    own.withItem++;
    if (item_known !== false) return;
    own.unknownItems++;
    if (!own.unknown.has(item_id) && this.#unknownIds++ >= IDS_MAX) return;
    add(own.unknown, item_id);
  }

  #countList(recommendationId: string): void {
    this.facts.listedClicks++;
    if (readListOrigin(recommendationId)?.tenant === this.#tenant) return;
    this.facts.foreignClicks++;
    if (this.facts.foreignLists.size < EXAMPLES_MAX)
      this.facts.foreignLists.add(recommendationId.slice(0, 40));
  }

  #countPurchase({ value, currency }: Cells): void {
    if (value === null) this.facts.purchasesWithoutValue++;
    else if (currency !== null) add(this.facts.currencies, currency);
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
