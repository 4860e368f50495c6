import type { Consent } from "./api.ts";

/**
 * What holds. The visitor's choice on this site counts most: it is the more specific one. Without it, a browser's signal is a no, whatever the site's default
 * says: `unchosen` is the one or the other.
 */
export function consentOf(choice: string | null, unchosen: Consent): Consent {
  return choice === "granted" || choice === "denied" ? choice : unchosen;
}
