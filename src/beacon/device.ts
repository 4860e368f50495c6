import { HISTORY_MAX, SESSION_IDLE_MS } from "./limits.ts";
import type { Ports } from "./ports.ts";
import { makeUuid } from "./uuid.ts";

export interface Ids {
  user_id?: string;
  anonymous_id?: string;
  session_id?: string;
}

/** Who and what the device remembers: in memory always, in storage only while consent is granted. */
export interface Device {
  /** The ids of an event that happens now; prolongs the session. */
  ids(): Ids;
  /** The visitor's latest items, oldest first, each once. */
  recent(): string[];
  remember(itemId: string): void;
  /** False when this session has already said so. */
  setUser(userId: string): boolean;
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
  let userId: string | undefined;
  let anonymousId = "";
  let sessionId = "";
  let activeMs = 0;
  let items: string[] = [];

  /** Other tabs write too, so storage is asked each time; what it does not hold, memory does. */
  function load(): void {
    if (!mayStore()) return;
    anonymousId = local.get(anonymousKey) ?? anonymousId;
    items = parseItems(local.get(recentKey)) ?? items;
    const [id, at] = session.get(sessionKey)?.split(" ") ?? [];
    if (id !== undefined) [sessionId, activeMs] = [id, Number(at)];
  }

  const device: Device = {
    ids() {
      load();
      const nowMs = ports.now();
      anonymousId ||= makeUuid(nowMs, ports.random(10));
      if (sessionId === "" || nowMs - activeMs > SESSION_IDLE_MS)
        sessionId = makeUuid(nowMs, ports.random(10));
      activeMs = nowMs;
      device.save();
      return {
        ...(userId === undefined ? {} : { user_id: userId }),
        anonymous_id: anonymousId,
        session_id: sessionId,
      };
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

    setUser(id) {
      userId = id;
      const link = `${device.ids().session_id} ${id}`;
      if (session.get(userKey) === link) return false;
      if (mayStore()) session.set(userKey, link);
      return true;
    },

    save() {
      if (!mayStore()) return;
      if (anonymousId !== "") local.set(anonymousKey, anonymousId);
      if (items.length > 0) local.set(recentKey, JSON.stringify(items));
      if (sessionId !== "") session.set(sessionKey, `${sessionId} ${activeMs}`);
    },

    forget() {
      userId = undefined;
      anonymousId = sessionId = "";
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
  try {
    const items: unknown = JSON.parse(text ?? "null");
    return Array.isArray(items) ? items.filter((item) => typeof item === "string") : null;
  } catch {
    return null;
  }
}
