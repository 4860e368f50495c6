import { HISTORY_MAX, MINUTE_MS } from "../base/index.ts";
import { eventTypeCode, eventTypeWeight, type StandardEventType } from "../events/index.ts";
import type { Profile } from "../features/index.ts";
import type { HistoryEntry } from "../registry/index.ts";
import type { Interaction } from "../rules/index.ts";

/** What the model is asked with, and a text that is equal only for an equal history: part of every key of a list. */
export interface History {
  entries: HistoryEntry[];
  key: string;
}

export const NO_HISTORY: History = { entries: [], key: "" };

/**
 * Items by their order alone, oldest first, as a device sends them: a minute apart stands in for the times, and one type for all.
 */
export function historyOfItems(
  itemIds: readonly string[],
  nowMs: number,
  type: StandardEventType = "view",
): History {
  if (itemIds.length === 0) return NO_HISTORY;
  const entries = itemIds.map((itemId, index) => ({
    itemId,
    typeCode: eventTypeCode(type),
    weight: eventTypeWeight(type),
    occurredAtMs: nowMs - (itemIds.length - 1 - index) * MINUTE_MS,
  }));
  return { entries, key: JSON.stringify(type === "view" ? itemIds : [type, itemIds]) };
}

export function historyOfProfile(profile: Profile | null): History {
  if (profile === null || profile.history.length === 0) return NO_HISTORY;
  const entries = profile.history.map(({ itemId, type, occurredAtMs }) => ({
    itemId,
    typeCode: eventTypeCode(type),
    weight: eventTypeWeight(type),
    occurredAtMs,
  }));
  return { entries, key: JSON.stringify(entries) };
}

/** When the visitor last did what with which item: all that rules ask of a history. */
export function newestOfEach(profile: Profile | null): Interaction[] {
  const newest = new Map<string, Interaction>();
  for (const { itemId, type, occurredAtMs } of profile?.history ?? []) {
    newest.set(`${type} ${itemId}`, { itemId, typeCode: eventTypeCode(type), occurredAtMs });
  }
  return [...newest.values()];
}

/** The profile first, then what the device did since; an item of both stands where the device has it. */
export function joinHistories(profile: History, device: History): History {
  if (device.entries.length === 0) return profile;
  if (profile.entries.length === 0) return device;
  const own = new Set(device.entries.map(({ itemId }) => itemId));
  const earlier = profile.entries.filter(({ itemId }) => !own.has(itemId));
  return { entries: [...earlier, ...device.entries].slice(-HISTORY_MAX), key: `${profile.key}${device.key}` };
}
