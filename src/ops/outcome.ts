import { ATTRIBUTED_HOURS, HOUR_MS } from "../base/index.ts";
import { type ListOrigin, readListOrigin } from "../events/index.ts";
import { INTERACTIONS, type Lake } from "../lake/index.ts";

/** What visitors did with the lists of one scenario and variant, of the kind named by `source`. */
export interface ListOutcome {
  scenario: string;
  variant: string;
  /** `model`: its first item is the model's; `common`: it was made of lists that are good for anybody. */
  source: "model" | "common";
  /** That were seen: lists by their recommendation ids, and places by impressions. */
  lists: number;
  places: number;
  /** Lists of which an item was clicked, and clicks, each item of a list once. */
  clickedLists: number;
  clicks: number;
  purchases: number;
  value: number;
}

export interface Outcome {
  lists: ListOutcome[];
  /** Of all visitors, whether a list had a part in it or not. */
  all: { purchases: number; value: number; customers: number };
  /** False where there was more than one look can hold: the newest days are told of. */
  complete: boolean;
}

const ATTRIBUTED_MS = ATTRIBUTED_HOURS * HOUR_MS;
/** Some ten seconds of reading. */
const ROWS_MAX = 1_000_000;

const COLUMNS = [
  "type",
  "recommendation_id",
  "item_id",
  "items",
  "value",
  "subject",
  "occurred_at",
  "is_automated",
  "is_bot",
] as const;

type Row = { type: string; itemId: string | null; subject: string | null; atMs: number; value: number };

/**
 * What became of the lists that were seen since `fromMs`, from silver.interactions: last touch, by recommendation id. Sessions that are not a person's do not
 * count. An id is not asked for its signature: a forged one weighs as much as one request.
 */
export async function readOutcome(
  lake: Pick<Lake, "scan">,
  { tenant, fromMs, rowsMax = ROWS_MAX }: { tenant: string; fromMs: number; rowsMax?: number },
): Promise<Outcome> {
  const tally = new Tally(tenant);
  const where = [{ column: "id_time", min: fromMs }] as const;
  let rows = 0;
  let complete = true;
  for await (const { columns, rows: count } of lake.scan(INTERACTIONS, { tenant, where, columns: COLUMNS })) {
    rows += count;
    for (let at = 0; at < count; at++) {
      if (columns.is_automated[at] === true || columns.is_bot[at] === true) continue;
      const row: Row = {
        type: columns.type[at] as string,
        itemId: columns.item_id[at] ?? null,
        subject: columns.subject[at] ?? null,
        atMs: Number(columns.occurred_at[at]),
        value: columns.value[at] ?? 0,
      };
      tally.add(row, columns.recommendation_id[at] ?? null, columns.items[at]?.length ?? 1);
    }
    if (rows < rowsMax) continue;
    complete = false;
    break;
  }
  return { ...tally.outcome(), complete };
}

/** Sums by list; purchases wait for all clicks, as rows come in no order of time. */
class Tally {
  readonly #sums = new Map<string, ListOutcome>();
  readonly #seen = new Set<string>();
  readonly #clicked = new Set<string>();
  readonly #clickedLists = new Set<string>();
  readonly #tenant: string;
  /** Subject and item → the clicks on it. */
  readonly #clicks = new Map<string, { atMs: number; sum: ListOutcome }[]>();
  readonly #purchases: { row: Row; sum: ListOutcome | null }[] = [];

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  add(row: Row, id: string | null, shown: number): void {
    const origin = id === null ? null : readListOrigin(id);
    const sum = origin === null || origin.tenant !== this.#tenant ? null : this.#sumOf(origin);
    if (row.type === "purchase") this.#purchases.push({ row, sum });
    if (id === null || sum === null) return;
    if (row.type === "impression") {
      if (!this.#seen.has(id)) sum.lists++;
      this.#seen.add(id);
      sum.places += shown;
    } else if (row.type === "click") this.#click(row, id, sum);
  }

  outcome(): Omit<Outcome, "complete"> {
    const customers = new Set<string>();
    const all = { purchases: 0, value: 0 };
    for (const { row, sum } of this.#purchases) {
      all.purchases++;
      all.value += row.value;
      if (row.subject !== null) customers.add(row.subject);
      const own = sum ?? this.#lastTouch(row);
      if (own === null) continue;
      own.purchases++;
      own.value += row.value;
    }
    const lists = [...this.#sums.values()].filter(
      ({ lists: seen, clicks, purchases }) => seen + clicks + purchases > 0,
    );
    return {
      lists: lists.sort((a, b) => b.lists - a.lists || (a.scenario < b.scenario ? -1 : 1)),
      all: { ...all, customers: customers.size },
    };
  }

  #click(row: Row, id: string, sum: ListOutcome): void {
    const key = `${id} ${row.itemId}`;
    if (this.#clicked.has(key)) return;
    this.#clicked.add(key);
    sum.clicks++;
    if (!this.#clickedLists.has(id)) sum.clickedLists++;
    this.#clickedLists.add(id);
    if (row.subject === null) return;
    const of = `${row.subject} ${row.itemId}`;
    const clicks = this.#clicks.get(of);
    if (clicks === undefined) this.#clicks.set(of, [{ atMs: row.atMs, sum }]);
    else clicks.push({ atMs: row.atMs, sum });
  }

  #lastTouch({ subject, itemId, atMs }: Row): ListOutcome | null {
    const clicks = this.#clicks.get(`${subject} ${itemId}`) ?? [];
    const before = clicks.filter((click) => click.atMs <= atMs && atMs - click.atMs <= ATTRIBUTED_MS);
    return (
      before.reduce<(typeof before)[number] | null>(
        (last, one) => (last !== null && last.atMs > one.atMs ? last : one),
        null,
      )?.sum ?? null
    );
  }

  #sumOf({ scenario, variant, source: first }: ListOrigin): ListOutcome {
    const source = first === "model" ? "model" : "common";
    const key = `${scenario} ${variant} ${source}`;
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    const sum: ListOutcome = {
      ...{ scenario, variant, source, lists: 0, places: 0 },
      ...{ clickedLists: 0, clicks: 0, purchases: 0, value: 0 },
    };
    this.#sums.set(key, sum);
    return sum;
  }
}
