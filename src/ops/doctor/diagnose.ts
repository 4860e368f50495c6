import type { D1Database } from "@cloudflare/workers-types";
import { DAY_MS } from "../../base/index.ts";
import { ITEM_DAILY, type Lake } from "../../lake/index.ts";
import { readEventFacts } from "./event-facts.ts";
import { bySeverity, EXAMPLES_MAX, type Finding } from "./finding.ts";
import { judgeEvents } from "./judge-events.ts";
import { judgeStored, type UnseenItems } from "./judge-stored.ts";
import { judgeTraffic } from "./judge-traffic.ts";
import { listedItemIds, readCatalogueFacts, readIntakeFacts, readUserFacts } from "./stored-facts.ts";
import { DOCTOR_DAYS, ROWS_MAX } from "./thresholds.ts";

export interface Diagnosis {
  fromMs: number;
  /** Events of the week that were looked at; `complete` is false where there are more. */
  events: number;
  complete: boolean;
  /** The worst first; empty where nothing stands out. */
  findings: Finding[];
}

/** What stands out in a tenant's data: a look at the week's events and at the catalogue, for people, not for the hot path. */
export async function diagnose(
  { core, profiles, lake }: { core: D1Database; profiles: D1Database; lake: Pick<Lake, "scan"> },
  tenant: string,
  nowMs: number,
): Promise<Diagnosis> {
  const [events, catalogue, users, intake] = await Promise.all([
    readEventFacts(lake, { tenant, nowMs }),
    readCatalogueFacts(core, tenant),
    readUserFacts({ core, profiles }, tenant),
    readIntakeFacts({ core, profiles }, tenant, nowMs),
  ]);
  // After the events: together their ids would take half of the Worker's memory.
  const unseen = await readUnseenItems({ core, lake }, tenant, nowMs);
  const findings = [
    ...judgeEvents(events),
    ...judgeTraffic(events, intake),
    ...judgeStored(catalogue, { users, unseen, events }),
  ];
  return {
    fromMs: nowMs - DOCTOR_DAYS * DAY_MS,
    events: events.rows,
    complete: events.complete,
    findings: findings.sort(bySeverity),
  };
}

/** By gold.item_daily, which has each item that anybody has seen or done something with; null where it is more than one look reads. */
async function readUnseenItems(
  { core, lake }: { core: D1Database; lake: Pick<Lake, "scan"> },
  tenant: string,
  nowMs: number,
): Promise<UnseenItems | null> {
  const left = new Set<string>();
  for await (const itemId of listedItemIds(core, tenant, nowMs)) left.add(itemId);
  const items = left.size;
  let rowsRead = 0;
  for await (const { columns, rows } of lake.scan(ITEM_DAILY, { tenant, columns: ["item_id"] })) {
    for (const itemId of columns.item_id) if (itemId !== null) left.delete(itemId);
    rowsRead += rows;
    if (rowsRead >= ROWS_MAX) return null;
  }
  // Before the first event everything is unseen: that is no finding.
  if (rowsRead === 0) return null;
  return { items, neverSeen: left.size, examples: [...left].slice(0, EXAMPLES_MAX) };
}
