export type Status = "pass" | "warn" | "error" | "unknown";

export interface Check {
  table: string;
  check: string;
  /** Null: it is of the table as a whole. */
  tenant: string | null;
  status: Status;
  reason: string;
  examples?: string[];
}

/** The latest report on the data, as the API gives it. */
export interface Report {
  at: number;
  complete: boolean;
  tables: Record<string, { snapshot_id: number | null }>;
  checks: Check[];
  reconciliation: {
    hours_compared: number;
    hours_open: number;
    differences: { received_from: string; reason: string }[];
  };
}

/** What is worst comes first. */
export const ORDER: Record<Status, number> = { error: 0, warn: 1, unknown: 2, pass: 3 };

export const WORDS: Record<Status, string> = {
  error: "Stops new models",
  warn: "Worth a look",
  unknown: "Too little to tell",
  pass: "Good",
};
