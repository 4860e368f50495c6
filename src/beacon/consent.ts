import type { Consent } from "./api.ts";

export interface ConsentInput {
  /** What the visitor told this site, now or on an earlier page. */
  choice: Consent | null;
  /** The site's default: the script's `data-consent`. */
  initial: Consent;
  /** Global Privacy Control or Do Not Track. */
  signal: boolean;
}

/**
 * The visitor's choice on this site counts most: it is the more specific one. Without it, a browser's signal is a no,
 * whatever the site's default says.
 */
export function resolveConsent({ choice, initial, signal }: ConsentInput): Consent {
  if (choice === "granted" || choice === "denied") return choice;
  return signal ? "denied" : initial;
}

/** Text from an attribute or from storage; null when it is none of the three. */
export function parseConsent(text: string | null | undefined): Consent | null {
  return text === "granted" || text === "denied" || text === "pending" ? text : null;
}
