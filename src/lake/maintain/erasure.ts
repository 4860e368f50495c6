/** Rows of one tenant that have one of the values in any of the columns: what is known of one person. */
export interface Erasure {
  /** Stands in the summaries of the snapshots that it makes. */
  id: string;
  tenant: string;
  anyOf: readonly { column: string; values: readonly string[] }[];
  /** When it was asked for: states from before are forgotten. */
  requestedMs: number;
}

/** Of a snapshot's summary: the erasure that made it. */
export const ERASURE_KEY = "lakeshore.erasure";
