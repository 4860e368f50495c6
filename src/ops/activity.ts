import type { D1Database } from "@cloudflare/workers-types";
import { DAY_MS, HOUR_MS } from "../base/index.ts";
import { readIntakeCounts, readLedgerCounts, readServed, SERVED_SLOT_MS } from "../features/index.ts";
import { EVENTS, INTERACTIONS, type Lake, USER_HISTORIES } from "../lake/index.ts";

/** What came in by the hour, and when each layer of the lake was last written. */
export interface Activity {
  /** Hours in which something was received, oldest first, of the last 24; the hour under way among them. */
  hours: ActivityHour[];
  /** Beginning of the five minutes in which the edge last told of events; null: not in the last 24 hours. */
  lastAcceptedMs: number | null;
  /** Null: never. The tables are all tenants': a commit may be of another's rows. */
  layers: { name: string; committedAtMs: number | null }[];
}

export interface ActivityHour {
  /** Its beginning. */
  fromMs: number;
  /** What the edge accepted, and what of it the Queue has delivered so far: the rest is on its way. */
  accepted: number;
  delivered: number;
  /** Distinct events that count in the features. */
  counted: number;
}

const HOURS = 24;
const LAYERS = [EVENTS, INTERACTIONS, USER_HISTORIES] as const;

/** A few rows of D1 and three small objects of the bucket: for somebody who looks, not for the hot path. */
export async function readActivity(
  { profiles, lake }: { profiles: D1Database; lake: Pick<Lake, "snapshot"> },
  tenant: string,
  nowMs: number,
): Promise<Activity> {
  const toHour = Math.floor(nowMs / HOUR_MS);
  const range = { fromHour: toHour - HOURS + 1, toHour };
  const [intake, ledger, served, ...layers] = await Promise.all([
    readIntakeCounts(profiles, tenant, range),
    readLedgerCounts(profiles, tenant, range),
    readServed(profiles, tenant, { fromMs: nowMs - DAY_MS, everyMs: SERVED_SLOT_MS }),
    ...LAYERS.map(async (table) => {
      const snapshot = await lake.snapshot(table, {});
      return { name: table.name, committedAtMs: snapshot?.atMs ?? null };
    }),
  ]);
  const counted = new Map(ledger.map(({ hour, events }) => [hour, events]));
  const hours = intake.map(({ hour, edge, queue }) => ({
    fromMs: hour * HOUR_MS,
    accepted: edge,
    delivered: queue,
    counted: counted.get(hour) ?? 0,
  }));
  const last = served.findLast(({ counts }) => (counts.events ?? 0) > 0);
  return { hours, layers, lastAcceptedMs: last?.fromMs ?? null };
}
