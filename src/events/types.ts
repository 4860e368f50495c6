/**
 * The standard event types. `code` is what `history_type` carries into a graph and never changes meaning; `weight` is
 * the default strength as a sign of interest (0: no sign of interest in the item). The list only grows.
 */
export const EVENT_TYPES = {
  view: { code: 1, weight: 1 },
  click: { code: 2, weight: 1 },
  add_to_cart: { code: 3, weight: 3 },
  purchase: { code: 4, weight: 5 },
  like: { code: 5, weight: 3 },
  dislike: { code: 6, weight: 0 },
  rate: { code: 7, weight: 2 },
  play: { code: 8, weight: 1 },
  complete: { code: 9, weight: 3 },
  share: { code: 10, weight: 3 },
  save: { code: 11, weight: 3 },
  remove_from_cart: { code: 12, weight: 0 },
  impression: { code: 13, weight: 0 },
  search: { code: 14, weight: 0 },
  identify: { code: 15, weight: 0 },
  page: { code: 16, weight: 0 },
  /** A page is left or hidden: `duration_ms` is how long somebody was at it since it was told last. */
  leave: { code: 17, weight: 0 },
} as const;

export type StandardEventType = keyof typeof EVENT_TYPES;

/** Code and weight of the types that a tenant declares for itself. */
export const CUSTOM_EVENT = { code: 63, weight: 1 } as const;

export function eventTypeCode(type: string): number {
  return isStandardType(type) ? EVENT_TYPES[type].code : CUSTOM_EVENT.code;
}

export function eventTypeWeight(type: string): number {
  return isStandardType(type) ? EVENT_TYPES[type].weight : CUSTOM_EVENT.weight;
}

export function isStandardType(type: string): type is StandardEventType {
  return Object.hasOwn(EVENT_TYPES, type);
}
