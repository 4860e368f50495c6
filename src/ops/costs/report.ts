import type { D1Database } from "@cloudflare/workers-types";
import { DAY_MS, OVERLAY_ITEMS_MAX } from "../../base/index.ts";
import { sumServed } from "../../features/index.ts";
import { type Lake, TRAINING_RUNS } from "../../lake/index.ts";
import { PER_ANSWER, PER_EVENT, PER_EVENT_REQUEST } from "./measured.ts";
import { type Bill, billOf, NO_USAGE, plus, times } from "./rates.ts";

/** What a tenant used, and what that comes to at published rates, beyond what a plan includes. */
export interface CostReport {
  fromMs: number;
  answers: number;
  eventRequests: number;
  events: number;
  trainingSeconds: number;
  /** US dollars. */
  bill: Bill;
  training: number;
  total: number;
  /** Null: there was no answer. */
  usdPerThousandAnswers: number | null;
  limits: Headroom[];
}

/** How much of something that ends is used. */
export interface Headroom {
  name: "profiles_bytes" | "core_bytes" | "backlog_bytes" | "overlay_items" | "model_items";
  used: number;
  limit: number;
  /** Whether all tenants of the deployment share it. */
  isShared: boolean;
}

/** Digits of a dollar that are kept: sums of a few answers are still right. */
const DIGITS = 10;

/** The platform's bound of a database, and of what waits in a Queue, on Workers Paid. */
const DATABASE_BYTES_MAX = 10_000_000_000;
const BACKLOG_BYTES_MAX = 25_000_000_000;
/** The largest catalogue that one isolate of the scorer has been measured with. */
const MODEL_ITEMS_MAX = 200_000;

/** What is read elsewhere; null: it cannot be told. */
export interface Held {
  backlogBytes: number | null;
  overlayItems: number | null;
  modelItems: number | null;
}

interface CostPorts {
  core: D1Database;
  profiles: D1Database;
  lake: Pick<Lake, "scan">;
  held: () => Promise<Held>;
}

/** A look at a few rows; the bill is of `days` whole days and today, as counted by the edge. */
export async function readCosts(
  { core, profiles, lake, held }: CostPorts,
  tenant: string,
  { nowMs, days }: { nowMs: number; days: number },
): Promise<CostReport> {
  const fromMs = Math.floor(nowMs / DAY_MS - days) * DAY_MS;
  const [counts, trainingSeconds, coreBytes, profilesBytes, { backlogBytes, overlayItems, modelItems }] =
    await Promise.all([
      sumServed(profiles, tenant, fromMs),
      secondsTrained(lake, tenant, fromMs),
      bytesOf(core),
      bytesOf(profiles),
      held(),
    ]);
  const { answers = 0, event_requests: eventRequests = 0, events = 0 } = counts;
  const bill = billOf(
    plus(times(PER_ANSWER, answers), times(PER_EVENT_REQUEST, eventRequests), times(PER_EVENT, events)),
    DIGITS,
  );
  const training = billOf({ ...NO_USAGE, cpuMs: 1_000 * trainingSeconds }, DIGITS).total;
  const total = bill.total + training;
  return {
    ...{ fromMs, answers, eventRequests, events, trainingSeconds, bill, training, total },
    usdPerThousandAnswers: answers === 0 ? null : (1_000 * total) / answers,
    limits: [
      ...headroom("core_bytes", coreBytes, DATABASE_BYTES_MAX, true),
      ...headroom("profiles_bytes", profilesBytes, DATABASE_BYTES_MAX, true),
      ...headroom("backlog_bytes", backlogBytes, BACKLOG_BYTES_MAX, true),
      ...headroom("model_items", modelItems, MODEL_ITEMS_MAX, false),
      ...headroom("overlay_items", overlayItems, OVERLAY_ITEMS_MAX, false),
    ],
  };
}

function headroom(name: Headroom["name"], used: number | null, limit: number, isShared: boolean): Headroom[] {
  return used === null ? [] : [{ name, used, limit, isShared }];
}

/** CPU-seconds by the runs' own estimates. */
async function secondsTrained(lake: Pick<Lake, "scan">, tenant: string, fromMs: number): Promise<number> {
  let seconds = 0;
  const where = [{ column: "requested_at", min: fromMs }] as const;
  const columns = ["requested_at", "cpu_seconds"] as const;
  for await (const { columns: found, rows } of lake.scan(TRAINING_RUNS, { tenant, where, columns })) {
    for (let row = 0; row < rows; row++) {
      const isWithin = Number(found.requested_at[row]) >= fromMs;
      if (isWithin) seconds += found.cpu_seconds[row] ?? 0;
    }
  }
  return seconds;
}

async function bytesOf(database: D1Database): Promise<number> {
  const { meta } = await database.prepare("SELECT 1").all();
  return meta.size_after;
}
