import type { KeyValue, Ports } from "./ports.ts";

/** The real ones. */
export function browserPorts(): Ports {
  return {
    now: () => Date.now(),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    async post(url, body) {
      try {
        const reply = await fetch(url, { method: "POST", body, keepalive: true, credentials: "omit" });
        return { status: reply.status, retryAfter: reply.headers.get("retry-after") };
      } catch {
        return { status: 0 };
      }
    },
    beacon: (url, body) => navigator.sendBeacon(url, body),
    async get(url, body) {
      try {
        const reply = await fetch(url, {
          method: body === undefined ? "GET" : "POST",
          body: body ?? null,
          credentials: "omit",
        });
        return { status: reply.status, body: await reply.json() };
      } catch {
        return { status: 0, body: null };
      }
    },
    online: () => navigator.onLine,
    local: webStorage(() => localStorage),
    session: webStorage(() => sessionStorage),
  };
}

/** Even naming a storage throws where the browser forbids it; a full one throws on writing. */
function webStorage(open: () => Storage): KeyValue {
  const attempt = <T>(use: (storage: Storage) => T, otherwise: T): T => {
    try {
      return use(open());
    } catch {
      return otherwise;
    }
  };
  return {
    get: (key) => attempt((storage) => storage.getItem(key), null),
    set: (key, value) => attempt((storage) => storage.setItem(key, value), undefined),
    remove: (key) => attempt((storage) => storage.removeItem(key), undefined),
    keys: () => attempt((storage) => Object.keys(storage), []),
  };
}
