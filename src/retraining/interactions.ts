import { eventTypeCode, eventTypeWeight, type StoredEvent } from "../events/index.ts";
import type { InteractionRow } from "../learn/index.ts";

/** The columns of an event that training reads: the scan fetches no others. */
export const TRAINING_COLUMNS = [
  "event_id",
  "type",
  "user_id",
  "anonymous_id",
  "item_id",
  "occurred_at",
  "consent",
  "is_bot",
] as const satisfies readonly (keyof StoredEvent)[];

export type TrainingEvent = Pick<StoredEvent, (typeof TRAINING_COLUMNS)[number]>;

/**
 * Events as delivered → interactions: each event once, only those of people who consented, anonymous ones joined to the
 * user that a later `identify` named.
 */
export class InteractionCollector {
  readonly #seen = new Set<string>();
  readonly #rows: InteractionRow[] = [];
  readonly #links = new Map<string, { userId: string; atMs: number }>();

  add(event: TrainingEvent): void {
    if (event.consent === "denied" || event.is_bot || this.#seen.has(event.event_id)) return;
    this.#seen.add(event.event_id);
    if (event.type === "identify") this.#link(event);
    const weight = eventTypeWeight(event.type);
    const subject =
      event.user_id !== undefined
        ? `u:${event.user_id}`
        : event.anonymous_id !== undefined
          ? `a:${event.anonymous_id}`
          : null;
    if (weight <= 0 || subject === null || event.item_id === undefined) return;
    this.#rows.push({
      userId: subject,
      itemId: event.item_id,
      timeMs: event.occurred_at,
      weight,
      typeCode: eventTypeCode(event.type),
    });
  }

  /** All interactions so far. The first link of an anonymous id holds: it is folded in once, as in the profiles. */
  rows(): InteractionRow[] {
    return this.#rows.map((row) => {
      const link = this.#links.get(row.userId);
      return link === undefined ? row : { ...row, userId: `u:${link.userId}` };
    });
  }

  #link({ user_id, anonymous_id, occurred_at }: TrainingEvent): void {
    if (user_id === undefined || anonymous_id === undefined) return;
    const subject = `a:${anonymous_id}`;
    const known = this.#links.get(subject);
    if (known === undefined || occurred_at < known.atMs) {
      this.#links.set(subject, { userId: user_id, atMs: occurred_at });
    }
  }
}
