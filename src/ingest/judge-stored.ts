import { err, ok, type Result } from "../base/index.ts";
import { eventSchema, isStandardType, type StoredEvent, silverPlace } from "../events/index.ts";
import { misfitDetail } from "./message.ts";

/** Why an event is not taken, in quarantine's words. */
export interface Refusal {
  reason: "invalid_event" | "too_late" | "too_early";
  detail: string;
}

/**
 * Judges an event that was set aside as the way in would judge it today: by the columns, by the schema, by its type, by the age
 * of its id. `customTypes`: those that the tenant declares. The event comes back with `replayed_at`.
 */
export function judgeStored(
  text: string,
  { tenant, customTypes, nowMs }: { tenant: string; customTypes: readonly string[]; nowMs: number },
): Result<StoredEvent, Refusal> {
  const candidate = parse(text);
  const misfit = misfitDetail(candidate, tenant);
  if (misfit !== null) return err({ reason: "invalid_event", detail: misfit });
  const event: StoredEvent = { ...(candidate as StoredEvent), replayed_at: nowMs };
  const { tenant: _, received_at, is_bot, country, device, replayed_at, ...sent } = event;
  const parsed = eventSchema.safeParse(sent);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return err({
      reason: "invalid_event",
      detail: `${issue?.path.map(String).join(".")}: ${issue?.message}`,
    });
  }
  if (!isStandardType(event.type) && !customTypes.includes(event.type)) {
    return err({ reason: "invalid_event", detail: `"${event.type}" is neither standard nor declared` });
  }
  const place = silverPlace(event);
  return typeof place === "string" ? err({ reason: place, detail: "by the time of its id" }) : ok(event);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
