import type { Lakeshore, Options } from "./api.ts";
import { browserPorts } from "./browser-ports.ts";
import { createClient } from "./client.ts";
import { placeOf, watchImpressions } from "./impressions.ts";
import { arrivedFrom } from "./referrer.ts";
import { watchVisits } from "./visits.ts";

/** Joins a client to the page it is on: the page's views and end, clicks, impressions. Once per page. */
export function connect({ key, api, consent = "pending", pages = true }: Options): Lakeshore {
  const ports = browserPorts();
  const client = createClient(
    {
      key,
      api: api.replace(/\/$/, ""),
      initialConsent: consent,
      signal: privacySignal(),
      arrived: arrivedFrom(document.referrer, location.host),
    },
    ports,
  );
  const { track } = client;
  const visits = pages ? watchVisits(track, ports.now) : null;
  // What the helpers call, too: each goes through `track` of this object.
  client.track = (type, props) => {
    if (type === "view") visits?.about(props?.item_id);
    return track(type, props);
  };
  const tellImpressions = watchImpressions((seen) => track("impression", seen));
  const hide = () => {
    tellImpressions();
    visits?.leave();
    client.hide();
  };
  // `unload` is never used: it would keep the page out of the back-forward cache.
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && hide());
  addEventListener("pagehide", hide);
  addEventListener("online", client.wake);
  // Asked what holds, it hears what another tab has chosen.
  addEventListener("storage", () => client.consent());
  // A click with the middle button opens the item, too, and is no `click` to the browser.
  for (const type of ["click", "auxclick"] as const)
    document.addEventListener(type, (event) => clickItem(client, event), true);

  const lakeshore: Lakeshore = {
    ...client,
    push(command) {
      if (typeof command === "function") {
        command(lakeshore);
        return;
      }
      const [name, ...args] = command;
      const method = (lakeshore as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
      // A wrong name must not stop the calls behind it.
      method?.(...args);
    },
  };
  return lakeshore;
}

function clickItem(lakeshore: Pick<Lakeshore, "click">, { button, target }: MouseEvent): void {
  const place = placeOf(target instanceof Element ? target : null);
  if (place !== null && !(button > 1)) lakeshore.click(place.itemId, place.answer);
}

function privacySignal(): boolean {
  const browser = navigator as Navigator & { globalPrivacyControl?: boolean; doNotTrack?: string | null };
  return browser.globalPrivacyControl === true || browser.doNotTrack === "1";
}
