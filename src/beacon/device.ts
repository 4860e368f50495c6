import { HISTORY_MAX, SESSION_IDLE_MS } from "./limits.ts";
import { type Ports, readJson } from "./ports.ts";
import { makeUuid } from "./uuid.ts";

export interface Ids {
  anonymous_id: string;
  session_id: string;
}

/** Who and what the device remembers: in memory always, in storage only while consent is granted. */
export interface Device {
  /** The ids of an event that happens now; prolongs the session. */
  ids(): Ids;
  /** The visitor's latest items, oldest first, each once. */
  recent(): string[];
  remember(itemId: string): void;
  /** Asked with consent only. False when this session has already said so. */
  isNews(userId: string): boolean;
  /** Writes what memory holds: consent was just granted. */
  save(): void;
  /** Empties memory and storage. */
  forget(): void;
}

export function createDevice(prefix: string, mayStore: () => boolean, ports: Ports): Device {
  const { local, session } = ports;
  const anonymousKey = `${prefix}id`;
  const recentKey = `${prefix}recent`;
  const sessionKey = `${prefix}session`;
  const userKey = `${prefix}user`;
  let anonymousId = "";
  /** The session's id and when it was last at work, as they are stored. */
  let visit = "";
  let items: string[] = [];

  /** Other tabs write too, so storage is asked each time; what it does not hold, memory does. */
  function load(): void {
    if (!mayStore()) return;
    anonymousId = local.get(anonymousKey) ?? anonymousId;
    items = parseItems(local.get(recentKey)) ?? items;
    visit = session.get(sessionKey) ?? visit;
  }

  const device: Device = {
    ids() {
      load();
      const nowMs = ports.now();
      anonymousId ||= makeUuid(nowMs, ports.random(10));
      let [sessionId = "", activeMs] = visit.split(" ");
      if (!(nowMs - Number(activeMs) <= SESSION_IDLE_MS)) sessionId = makeUuid(nowMs, ports.random(10));
      visit = `${sessionId} ${nowMs}`;
      device.save();
      return { anonymous_id: anonymousId, session_id: sessionId };
    },

    recent() {
      load();
      return items;
    },

    remember(itemId) {
      load();
      items = [...items.filter((other) => other !== itemId), itemId].slice(-HISTORY_MAX);
      device.save();
    },

    isNews(userId) {
      const link = `${device.ids().session_id} ${userId}`;
      const isNews = session.get(userKey) !== link;
      session.set(userKey, link);
      return isNews;
    },

    save() {
      if (!mayStore()) return;
      if (anonymousId !== "") local.set(anonymousKey, anonymousId);
      if (items.length > 0) local.set(recentKey, JSON.stringify(items));
      if (visit !== "") session.set(sessionKey, visit);
    },

    forget() {
      anonymousId = visit = "";
      items = [];
      local.remove(anonymousKey);
      local.remove(recentKey);
      session.remove(sessionKey);
      session.remove(userKey);
    },
  };
  return device;
}

function parseItems(text: string | null): string[] | null {
  const items = readJson(text);
  return Array.isArray(items) ? items.filter((item) => typeof item === "string") : null;
}
