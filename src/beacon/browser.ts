import type { Command, Lakeshore } from "./api.ts";
import { createClient } from "./client.ts";
import { parseConsent } from "./consent.ts";
import { placeOf, watchImpressions } from "./impressions.ts";
import type { KeyValue, Ports } from "./ports.ts";
import { arrivedFrom } from "./referrer.ts";

declare global {
  interface Window {
    /** A plain array of commands until the script has run. */
    lakeshore?: Lakeshore | Command[];
  }
}

/** Joins the client to the page: the script's attributes, the page's end, clicks, impressions, the calls made before. */
export function install(): void {
  const early = window.lakeshore;
  const script = (document.currentScript ??
    document.querySelector('script[src*="/beacon.js"]')) as HTMLScriptElement | null;
  if (script === null || (early !== undefined && !Array.isArray(early))) return;
  const address = new URL(script.src);
  const { key, api, consent } = script.dataset;
  const client = createClient(
    {
      key: key ?? address.searchParams.get("key") ?? "",
      api: (api ?? new URL(".", address).href.split("?")[0] ?? "").replace(/\/$/, ""),
      initialConsent: parseConsent(consent) ?? "pending",
      signal: privacySignal(),
      arrived: arrivedFrom(document.referrer, location.host),
    },
    browserPorts(),
  );
  const tellImpressions = watchImpressions(({ recommendationId, scenario, items }) =>
    client.track("impression", {
      recommendation_id: recommendationId,
      items,
      ...(scenario ? { scenario } : {}),
    }),
  );
  const hide = () => {
    tellImpressions();
    client.hide();
  };
  // `unload` is never used: it would keep the page out of the back-forward cache.
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && hide());
  addEventListener("pagehide", hide);
  addEventListener("online", client.wake);
  document.addEventListener("click", ({ target }) => clickItem(client, target), true);

  const lakeshore: Lakeshore = { ...client, push: (command) => run(lakeshore, command) };
  window.lakeshore = lakeshore;
  early?.forEach(lakeshore.push);
}

function run(lakeshore: Lakeshore, command: Command): void {
  if (typeof command === "function") {
    command(lakeshore);
    return;
  }
  const [name, ...args] = command;
  const method = (lakeshore as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
  // A wrong name must not stop the calls behind it.
  method?.(...args);
}

function clickItem(lakeshore: Pick<Lakeshore, "click">, target: EventTarget | null): void {
  const place = placeOf(target instanceof Element ? target : null);
  if (place === null) return;
  lakeshore.click(place.itemId, {
    recommendation_id: place.recommendationId,
    ...(place.scenario ? { scenario: place.scenario } : {}),
  });
}

function privacySignal(): boolean {
  const browser = navigator as Navigator & { globalPrivacyControl?: boolean; doNotTrack?: string | null };
  return browser.globalPrivacyControl === true || browser.doNotTrack === "1";
}

function browserPorts(): Ports {
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
          credentials: "omit",
          ...(body === undefined ? {} : { method: "POST", body }),
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
