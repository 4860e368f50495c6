import type { Command, Lakeshore } from "./api.ts";
import { connect } from "./connect.ts";
import { consentOf } from "./consent.ts";

declare global {
  interface Window {
    /** A plain array of commands until the script has run. */
    lakeshore?: Lakeshore | Command[];
  }
}

/** What the script tag does: connects by its attributes, and makes the calls of before it came. */
export function install(): void {
  const early = window.lakeshore;
  const script = (document.currentScript ??
    document.querySelector('script[src*="/beacon.js"]')) as HTMLScriptElement | null;
  if (script === null || (early !== undefined && !Array.isArray(early))) return;
  const address = new URL(script.src);
  const { key, api, consent, pages } = script.dataset;
  const lakeshore = connect({
    key: key ?? address.searchParams.get("key") ?? "",
    api: api ?? new URL(".", address).href,
    consent: consentOf(consent ?? null, "pending"),
    pages: pages !== "off",
  });
  window.lakeshore = lakeshore;
  // Each by itself: what one throws is reported as the page's own error, and the others are made.
  for (const command of early ?? []) queueMicrotask(() => lakeshore.push(command));
}
