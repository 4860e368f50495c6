import { ATTRIBUTED_HOURS, HOUR_MS } from "../base/index.ts";
import { type ListOrigin, readListOrigin } from "../events/index.ts";
import { unitOf } from "../experiments/index.ts";
import { INTERACTIONS, type Lake } from "../lake/index.ts";

/** Lists of one scenario and variant, of the kind named by `source`. */
export interface ListKind {
  scenario: string;
  variant: string;
  /** `model`: its first item is the model's; `common`: it was made of lists that are good for anybody. */
  source: "model" | "common";
}

/** What became of one list. */
export interface ListSum {
  kind: ListKind;
  mintedAtMs: number;
  /** By an impression: a list that is known by its click alone would count for those only who click. */
  isSeen: boolean;
  /** Who saw it, as it was assigned a variant; null: nobody who is named. */
  unit: string | null;
  /** Items that were seen, by impressions. */
  places: number;
  /** Each item once. */
  clicks: number;
  purchases: number;
  value: number;
}

export interface ListSums {
  lists: ListSum[];
  /** Of all visitors, whether a list had a part in it or not. */
  all: { purchases: number; value: number; customers: number };
  /** False where there was more than one look can hold: the oldest days are told of. */
  complete: boolean;
}

const ATTRIBUTED_MS = ATTRIBUTED_HOURS * HOUR_MS;
/** Some ten seconds of reading. */
const ROWS_MAX = 1_000_000;

const COLUMNS = [
  ...["type", "recommendation_id", "item_id", "items", "value", "occurred_at"],
  ...["subject", "user_id", "anonymous_id", "session_id", "is_automated", "is_bot"],
] as const;

interface Row {
  type: string;
  itemId: string | null;
  /** The person, devices joined: what a purchase is put down to a click by. */
  subject: string | null;
  atMs: number;
  value: number;
}

/**
 * The lists that were seen, clicked or bought from since `fromMs`, from silver.interactions: last touch, by recommendation id. Imported events have new ids
 * and count when they happened. Sessions that are not a person's do not count. An id is not asked for its signature: a forged one weighs as much as one request.
 */
export async function readListSums(
  lake: Pick<Lake, "scan">,
  { tenant, fromMs, rowsMax = ROWS_MAX }: { tenant: string; fromMs: number; rowsMax?: number | undefined },
): Promise<ListSums> {
  const tally = new Tally();
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
      if (row.atMs < fromMs) continue;
      const id = columns.recommendation_id[at] ?? null;
      const origin = id === null ? null : readListOrigin(id);
      const list = origin === null || origin.tenant !== tenant ? null : tally.listOf(origin);
      if (list !== null && row.type === "impression") {
        const ids = { user_id: columns.user_id[at], anonymous_id: columns.anonymous_id[at] };
        const unit = unitOf({ ...ids, session_id: columns.session_id[at] });
        tally.see(list, unit, columns.items[at]?.length ?? 1);
      } else tally.add(row, list);
    }
    if (rows < rowsMax) continue;
    complete = false;
    break;
  }
  return { ...tally.sums(), complete };
}

/** Sums by list; purchases wait for all clicks, as rows come in no order of time. */
class Tally {
  readonly #kinds = new Map<string, { kind: ListKind; lists: Map<string, ListSum> }>();
  readonly #clicked = new Map<ListSum, Set<string | null>>();
  /** Subject and item → the clicks on it. */
  readonly #clicks = new Map<string, { atMs: number; list: ListSum }[]>();
  readonly #purchases: { row: Row; list: ListSum | null }[] = [];

  listOf({ scenario, variant, source: first, seed, mintedAtMs }: ListOrigin): ListSum {
    const source = first === "model" ? "model" : "common";
    const name = `${scenario} ${variant} ${source}`;
    let known = this.#kinds.get(name);
    if (known === undefined) {
      known = { kind: { scenario, variant, source }, lists: new Map() };
      this.#kinds.set(name, known);
    }
    // Far shorter than the id, and drawn anew for each list.
    const key = `${seed} ${mintedAtMs}`;
    let list = known.lists.get(key);
    if (list === undefined) {
      const counts = { places: 0, clicks: 0, purchases: 0, value: 0 };
      list = { kind: known.kind, mintedAtMs, isSeen: false, unit: null, ...counts };
      known.lists.set(key, list);
    }
    return list;
  }

  see(list: ListSum, unit: string | null, places: number): void {
    list.isSeen = true;
    list.unit ??= unit;
    list.places += places;
  }

  add(row: Row, list: ListSum | null): void {
    if (row.type === "purchase") this.#purchases.push({ row, list });
    if (row.type !== "click" || list === null) return;
    const clicked = this.#clicked.get(list);
    if (clicked?.has(row.itemId) === true) return;
    if (clicked === undefined) this.#clicked.set(list, new Set([row.itemId]));
    else clicked.add(row.itemId);
    list.clicks++;
    if (row.subject === null) return;
    const of = `${row.subject} ${row.itemId}`;
    const clicks = this.#clicks.get(of);
    if (clicks === undefined) this.#clicks.set(of, [{ atMs: row.atMs, list }]);
    else clicks.push({ atMs: row.atMs, list });
  }

  sums(): Omit<ListSums, "complete"> {
    const customers = new Set<string>();
    const all = { purchases: 0, value: 0 };
    for (const { row, list } of this.#purchases) {
      all.purchases++;
      all.value += row.value;
      if (row.subject !== null) customers.add(row.subject);
      const own = list ?? this.#lastTouch(row);
      if (own === null) continue;
      own.purchases++;
      own.value += row.value;
    }
    const lists = [...this.#kinds.values()].flatMap((kind) => [...kind.lists.values()]);
    return { lists, all: { ...all, customers: customers.size } };
  }

  #lastTouch({ subject, itemId, atMs }: Row): ListSum | null {
    const clicks = this.#clicks.get(`${subject} ${itemId}`) ?? [];
    const before = clicks.filter((click) => click.atMs <= atMs && atMs - click.atMs <= ATTRIBUTED_MS);
    return (
      before.reduce<(typeof before)[number] | null>(
        (last, one) => (last !== null && last.atMs > one.atMs ? last : one),
        null,
      )?.list ?? null
    );
  }
}
