import type { Clock, ObjectStore } from "../../base/index.ts";
import { INTERACTIONS, openLake } from "../../lake/index.ts";
import { COUNTED_SPAN_MS } from "./counters.ts";
import { COUNTED_MS, type MomentIds, MomentLog, type RankerEvent } from "./moments.ts";

const COLUMNS = [
  ...["event_id", "type", "occurred_at", "subject", "item_id", "items"],
  ...["device", "country", "context", "is_bot", "is_automated"],
] as const;

/** silver.interactions of people, from a month before the cut on: what was shown and taken since, and the counts before. */
export async function readMoments(
  { store, clock, yieldTo }: { store: ObjectStore; clock: Clock; yieldTo(): Promise<void> },
  ids: MomentIds,
  { tenant, snapshotId, cutMs, nowMs }: { tenant: string; snapshotId: number; cutMs: number; nowMs: number },
): Promise<MomentLog> {
  const fromMs = Math.max(cutMs, nowMs - COUNTED_SPAN_MS + COUNTED_MS);
  const log = new MomentLog(ids, fromMs);
  const batches = openLake(store, { clock }).scan(INTERACTIONS, {
    tenant,
    snapshotId,
    columns: COLUMNS,
    where: [{ column: "occurred_at", min: fromMs - COUNTED_MS }],
  });
  for await (const { rows, columns } of batches) {
    for (let row = 0; row < rows; row++) {
      if (columns.is_bot[row] === true || columns.is_automated[row] === true) continue;
      log.add(eventAt(columns as Cells, row));
    }
    await yieldTo();
  }
  return log;
}

type Cells = Record<(typeof COLUMNS)[number], ArrayLike<unknown>>;

function eventAt(cells: Cells, row: number): RankerEvent {
  const text = (name: (typeof COLUMNS)[number]) => (cells[name][row] ?? null) as string | null;
  const context = cells.context[row] as { utc_offset_min?: unknown } | null;
  const offset = context?.utc_offset_min;
  return {
    eventId: cells.event_id[row] as string,
    type: cells.type[row] as string,
    occurredAtMs: cells.occurred_at[row] as number,
    subject: text("subject"),
    itemId: text("item_id"),
    items: cells.items[row] as RankerEvent["items"],
    device: text("device"),
    country: text("country"),
    utcOffsetMin: typeof offset === "number" ? offset : 0,
  };
}
