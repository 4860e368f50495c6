import { QUARANTINE, type QuarantinedRow } from "../lake/index.ts";
import type { ParsedMessage } from "./message.ts";
import type { Sinks } from "./ports.ts";

/** Characters kept of a body: the largest Queue message fits (128 KB), so whatever we wrote can be replayed. */
const BODY_CHARS_MAX = 131_072;

export type Rejected = Omit<QuarantinedRow, "truncated" | "quarantined_at">;

/**
 * Keeps what did not reach the features: the rows in the lake, then their event ids in D1. The lake's rows are the commit
 * point; when D1 fails afterwards, the caller's retry writes the rows once more, and the ids still count once.
 */
export async function quarantine(
  rejected: readonly Rejected[],
  { lake, features, nowMs }: Sinks,
): Promise<void> {
  if (rejected.length === 0) return;
  await lake.append(
    QUARANTINE,
    rejected.map((row) => ({
      ...row,
      body: row.body.slice(0, BODY_CHARS_MAX),
      truncated: row.body.length > BODY_CHARS_MAX,
      quarantined_at: nowMs,
    })),
    { nowMs },
  );
  const known = rejected.flatMap(({ tenant, event_id, reason }) =>
    event_id === undefined ? [] : [{ tenant, eventId: event_id, reason, atMs: nowMs }],
  );
  if (known.length > 0) await features.recordQuarantine(known);
}

export function misfitRows({ tenant, misfits }: ParsedMessage): Rejected[] {
  return misfits.map(({ text, eventId, detail }) => ({
    tenant,
    ...(eventId === undefined ? {} : { event_id: eventId }),
    reason: "invalid_event",
    detail,
    body: text,
  }));
}
