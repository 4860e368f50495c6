import { HOUR_MS } from "../base/index.ts";
import { silverPlace } from "../events/index.ts";
import { EVENTS, INTERACTIONS } from "../lake/index.ts";
import { EXAMPLES_MAX } from "./aggregate.ts";
import { KeySet } from "./key-set.ts";
import type { QualityLake } from "./ports.ts";
import type { QuarantinedHour } from "./quarantined-hours.ts";
import type { HourCounts } from "./reconcile.ts";

export type LakeHour = Pick<
  HourCounts,
  "deliveries" | "ids" | "refused" | "held" | "repeated" | "newestMs" | "lost"
> & { undeliverable: number };

/** Ids looked up by name where silver lacks them in an hour: beyond it the difference itself says enough. */
const LOOKUPS_MAX = 20_000;

interface TenantHour {
  tenant: string;
  hour: number;
}

/**
 * Counts an hour of bronze. Where silver has `silver` rows of it, fewer than bronze's ids give, the missing ones are looked up:
 * silver may have them by an earlier receipt. Reads row groups of the hour only, and keeps eight bytes an id.
 */
export async function countHour(
  lake: Pick<QualityLake, "scan">,
  at: TenantHour,
  { silver, quarantined }: { silver: number; quarantined: QuarantinedHour | undefined },
): Promise<LakeHour> {
  const [ids, deliveries] = [new KeySet(), new KeySet()];
  let newestMs: number | null = null;
  for await (const { eventId, receivedAtMs } of bronzeRows(lake, at)) {
    ids.add(eventId);
    deliveries.add(`${eventId}/${receivedAtMs}`);
    newestMs = Math.max(newestMs ?? 0, receivedAtMs);
  }
  const held = quarantined?.held ?? new Set<string>();
  const counted = {
    deliveries: deliveries.distinct,
    ids: ids.distinct,
    // What a replay took since stands in bronze, and is refused no more.
    refused: [...(quarantined?.refused.values() ?? [])].filter((id) => id === "" || !ids.has(id)).length,
    undeliverable: quarantined?.undeliverable.size ?? 0,
    newestMs,
  };
  if (counted.ids - held.size === silver) return { ...counted, held: held.size, repeated: 0, lost: [] };
  return { ...counted, ...(await lookUpMissing(lake, at, quarantined)) };
}

/** Of bronze's ids that silver does not have in this hour: which are held in quarantine, which silver has otherwise, which are lost. */
async function lookUpMissing(
  lake: Pick<QualityLake, "scan">,
  at: TenantHour,
  quarantined: QuarantinedHour | undefined,
): Promise<Pick<LakeHour, "held" | "repeated" | "lost">> {
  const inSilver = new KeySet();
  for await (const ids of silverIds(lake, at.tenant, { column: "received_at", ...hourRange(at.hour) })) {
    for (const id of ids) inSilver.add(id);
  }
  const held = new Set<string>();
  const missing = new Set<string>();
  for await (const row of bronzeRows(lake, at)) {
    const { eventId } = row;
    if (inSilver.has(eventId)) continue;
    if (quarantined?.held.has(eventId) || (quarantined?.undeliverable.has(eventId) && isMisplaced(row)))
      held.add(eventId);
    else if (missing.size < LOOKUPS_MAX) missing.add(eventId);
  }
  const sorted = [...missing].sort();
  const [min, max] = [sorted[0], sorted.at(-1)];
  let repeated = 0;
  if (min !== undefined && max !== undefined) {
    for await (const ids of silverIds(lake, at.tenant, { column: "event_id", min, max })) {
      for (const id of ids) if (missing.delete(id)) repeated++;
    }
  }
  return { held: held.size, repeated, lost: [...missing].sort().slice(0, EXAMPLES_MAX) };
}

/** A dead letter's events are in quarantine as such, whatever silver would say of their ids. */
function isMisplaced({ eventId, receivedAtMs }: BronzeRow): boolean {
  return typeof silverPlace({ event_id: eventId, received_at: receivedAtMs }) === "string";
}

interface BronzeRow {
  eventId: string;
  receivedAtMs: number;
}

async function* bronzeRows(
  lake: Pick<QualityLake, "scan">,
  { tenant, hour }: TenantHour,
): AsyncGenerator<BronzeRow> {
  const where = [{ column: "received_at" as const, ...hourRange(hour) }];
  const columns = ["event_id", "received_at"] as const;
  for await (const batch of lake.scan(EVENTS, { tenant, columns, where })) {
    for (let row = 0; row < batch.rows; row++) {
      yield {
        eventId: batch.columns.event_id[row] ?? "",
        receivedAtMs: batch.columns.received_at[row] ?? 0,
      };
    }
  }
}

async function* silverIds(
  lake: Pick<QualityLake, "scan">,
  tenant: string,
  range: { column: "received_at" | "event_id"; min: string | number; max: string | number },
): AsyncGenerator<string[]> {
  for await (const batch of lake.scan(INTERACTIONS, { tenant, columns: ["event_id"], where: [range] })) {
    yield batch.columns.event_id.map((id) => id ?? "");
  }
}

function hourRange(hour: number): { min: number; max: number } {
  return { min: hour * HOUR_MS, max: (hour + 1) * HOUR_MS - 1 };
}
