/** One interaction of a profile. */
export interface Interaction {
  eventId: string;
  itemId: string;
  type: string;
  value?: number;
  occurredAtMs: number;
}

/** Enough digits for the largest integer that a double holds exactly. */
const TIME_DIGITS = 16;

/**
 * An entry as one line of text, `time event_id type value item_id`, the time padded: so entries compare as text by
 * (time, event id), and D1 merges histories by plain DISTINCT, ORDER BY and LIMIT, without looking inside them.
 * The item id stands last because it alone may hold spaces.
 */
export function encodeEntry(entry: Interaction): string {
  const time = String(entry.occurredAtMs).padStart(TIME_DIGITS, "0");
  const value = entry.value === undefined ? "" : String(entry.value);
  return `${time} ${entry.eventId} ${entry.type} ${value} ${entry.itemId}`;
}

/** Inverse of `encodeEntry`. */
export function decodeEntry(text: string): Interaction {
  const [time, eventId, type, value, ...item] = text.split(" ") as [
    string,
    string,
    string,
    string,
    ...string[],
  ];
  return {
    eventId,
    itemId: item.join(" "),
    type,
    ...(value === "" ? {} : { value: Number(value) }),
    occurredAtMs: Number(time),
  };
}
