import type { Lakeshore } from "../beacon/index.ts";
import { el } from "./dom.ts";

/** As a page would: the script tag, and a function pushed before the script is there. */
export function loadBeacon(key: string): Promise<Lakeshore> {
  return new Promise((resolve, reject) => {
    const page = window as unknown as { lakeshore?: { push(call: (lakeshore: Lakeshore) => void): void } };
    page.lakeshore ??= [];
    page.lakeshore.push(resolve);
    const script = el("script", {
      src: `/beacon.js?key=${encodeURIComponent(key)}`,
      async: "",
      "data-consent": "granted",
    });
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}
