/** Rows that go: what is known of some people. */
export interface Erasure {
  /** Stands in the summaries of the snapshots that it makes. */
  id: string;
  /** Empty: only older states of the table are forgotten. */
  anyOf: readonly Selection[];
  /** When it was asked for: states from before are forgotten. */
  requestedMs: number;
}

/** Rows of one tenant that have one of the values in the column. */
export interface Selection {
  tenant: string;
  column: string;
  values: readonly string[];
  /** Only those whose time in this column is not later. */
  until?: { column: string; atMs: number };
  /** Only those that have nothing in this column: what a shared device did for somebody who is named is not its own. */
  without?: string;
}

/** Of a snapshot's summary: the erasure that made it. */
export const ERASURE_KEY = "lakeshore.erasure";
