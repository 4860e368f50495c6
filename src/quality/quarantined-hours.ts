import { HOUR_MS } from "../base/index.ts";
import { QUARANTINE } from "../lake/index.ts";
import type { QualityLake } from "./ports.ts";

/** What quarantine holds of one tenant's hour. */
export interface QuarantinedHour {
  /** Ids that silver does not take. */
  held: Set<string>;
  /** Ids that reached bronze by way of the dead letters, and so not D1. */
  undeliverable: Set<string>;
  /** Distinct bodies that are no event, with the id that they claim; empty for none. */
  refused: Map<string, string>;
}

/** By `hourKey`. A body that does not say when it was received belongs to no hour. */
export type QuarantinedHours = Map<string, QuarantinedHour>;

export function hourKey(tenant: string, hour: number): string {
  return `${tenant}/${hour}`;
}

/** Rows quarantined from `sinceMs` on, by the hour in which their event was received. */
export async function quarantinedHours(
  lake: Pick<QualityLake, "scan">,
  sinceMs: number,
): Promise<QuarantinedHours> {
  const hours: QuarantinedHours = new Map();
  const columns = ["tenant", "event_id", "reason", "body"] as const;
  const where = [{ column: "quarantined_at" as const, min: sinceMs }];
  for await (const batch of lake.scan(QUARANTINE, { columns, where })) {
    const { tenant, event_id, reason, body } = batch.columns;
    for (let row = 0; row < batch.rows; row++) {
      const list = LISTS[reason[row] ?? ""];
      const text = body[row] ?? "";
      const receivedAtMs = list === undefined ? null : receivedAt(text);
      if (list === undefined || receivedAtMs === null) continue;
      const key = hourKey(tenant[row] ?? "", Math.floor(receivedAtMs / HOUR_MS));
      const hour = hours.get(key) ?? { held: new Set(), undeliverable: new Set(), refused: new Map() };
      hours.set(key, hour);
      const eventId = event_id[row] ?? "";
      if (list === "refused") hour.refused.set(text, eventId);
      else hour[list].add(eventId);
    }
  }
  return hours;
}

/** Reasons that the way in gives. Others are no part of the sums: `failed_check` rows are in every stage. */
const LISTS: Record<string, keyof QuarantinedHour> = {
  too_late: "held",
  too_early: "held",
  undeliverable: "undeliverable",
  invalid_event: "refused",
};

/** Bodies are our own events' text, maybe cut: the field is looked for without parsing the whole. */
function receivedAt(body: string): number | null {
  const found = /"received_at":(\d{1,16})[,}]/.exec(body)?.[1];
  return found === undefined ? null : Number(found);
}
