import type { QuarantinedEvent } from "../../features/index.ts";
import { FAILED_CHECK, type Lake, QUARANTINE, type QuarantinedRow, REPLAYED } from "../../lake/index.ts";

/**
 * What D1 noted of rows of quarantine: those refused on the way in and not taken back since. A replay's marks may be in any other
 * file, so the table is asked for them; it is small, and only row groups that hold marks are read.
 */
export async function stillSetAside(
  lake: Pick<Lake, "scan">,
  rows: readonly QuarantinedRow[],
): Promise<QuarantinedEvent[]> {
  const refused = rows.flatMap(({ tenant, event_id: eventId, reason, quarantined_at: atMs }) =>
    eventId === undefined || reason === REPLAYED || reason === FAILED_CHECK
      ? []
      : [{ tenant, eventId, reason, atMs }],
  );
  if (refused.length === 0) return [];
  const takenBackMs = await lastReplays(lake, refused);
  return refused.filter((row) => row.atMs > (takenBackMs.get(nameOf(row)) ?? Number.NEGATIVE_INFINITY));
}

/** When each of the ids was last taken back, those that ever were. */
async function lastReplays(
  lake: Pick<Lake, "scan">,
  refused: readonly QuarantinedEvent[],
): Promise<Map<string, number>> {
  const asked = new Set(refused.map(nameOf));
  const firstMs = refused.reduce((least, { atMs }) => Math.min(least, atMs), Number.MAX_SAFE_INTEGER);
  const latest = new Map<string, number>();
  const columns = ["tenant", "event_id", "quarantined_at"] as const;
  const where = [
    { column: "reason" as const, min: REPLAYED, max: REPLAYED },
    { column: "quarantined_at" as const, min: firstMs },
  ];
  for await (const batch of lake.scan(QUARANTINE, { columns, where })) {
    const { tenant, event_id, quarantined_at } = batch.columns;
    for (let row = 0; row < batch.rows; row++) {
      const name = nameOf({ tenant: tenant[row] ?? "", eventId: event_id[row] ?? "" });
      if (asked.has(name)) latest.set(name, Math.max(latest.get(name) ?? 0, quarantined_at[row] ?? 0));
    }
  }
  return latest;
}

function nameOf({ tenant, eventId }: Pick<QuarantinedEvent, "tenant" | "eventId">): string {
  return `${tenant}/${eventId}`;
}
