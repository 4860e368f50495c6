import type { Event } from "../../src/events/index.ts";
import type { LocalRuntime } from "../local/runtime.ts";
import { readBronzeIds } from "../start/bronze.ts";
import { TENANT } from "./site.ts";

export interface Audit {
  /** Accepted events that are in bronze, and in D1's ledger or in quarantine. */
  landed: number;
  /** Accepted events that are missing at either place. */
  lost: number;
  /** Events counted more than once in D1's item counters. */
  duplicated: number;
}

/** The event type behind each counter of `item_daily` that counts single items. */
const COUNTERS = { views: "view", clicks: "click", carts: "add_to_cart", purchases: "purchase" } as const;

/** Holds what was accepted against the lake, read by DuckDB, and against D1, read by SQL. */
export async function audit(runtime: LocalRuntime, accepted: readonly Event[]): Promise<Audit> {
  return tally(accepted, {
    bronze: await readBronzeIds(runtime),
    known: await knownIds(runtime),
    counts: await counted(runtime),
  });
}

/** `known`: ids in D1's ledger or in quarantine; `counts`: the sums of D1's counters. */
export function tally(
  accepted: readonly Event[],
  found: { bronze: ReadonlySet<string>; known: ReadonlySet<string>; counts: Record<string, number> },
): Audit {
  const { bronze, known, counts } = found;
  const landed = accepted.filter(({ event_id }) => bronze.has(event_id) && known.has(event_id)).length;
  let duplicated = 0;
  for (const [counter, type] of Object.entries(COUNTERS)) {
    const distinct = accepted.filter((event) => event.type === type && known.has(event.event_id)).length;
    duplicated += Math.max(0, (counts[counter] ?? 0) - distinct);
  }
  return { landed, lost: accepted.length - landed, duplicated };
}

async function knownIds(runtime: LocalRuntime): Promise<Set<string>> {
  const ledger = (await runtime.database("PROFILES_0")).prepare(
    "SELECT event_id FROM event_ledger WHERE tenant = ?",
  );
  const refused = (await runtime.database("DB")).prepare("SELECT event_id FROM quarantine WHERE tenant = ?");
  const rows = await Promise.all([ledger, refused].map((query) => query.bind(TENANT).raw<[string]>()));
  return new Set(rows.flat().map(([id]) => id));
}

async function counted(runtime: LocalRuntime): Promise<Record<string, number>> {
  const sums = Object.keys(COUNTERS).map((counter) => `sum(${counter}) AS ${counter}`);
  const query = `SELECT ${sums.join(", ")} FROM item_daily WHERE tenant = ?`;
  const row = await (await runtime.database("PROFILES_0"))
    .prepare(query)
    .bind(TENANT)
    .first<Record<string, number>>();
  return row ?? {};
}
