import type { Check } from "./check.ts";

/** `unknown`: too little history to judge. */
export type Status = "pass" | "warn" | "error" | "unknown";

/** How one check of one table came out. */
export interface CheckOutcome {
  table: string;
  check: string;
  kind: Check["kind"];
  /** Null when it concerns the table as a whole. */
  tenant: string | null;
  status: Status;
  /** Why, with the figures that it was judged by. */
  reason: string;
  tested?: number;
  failing?: number;
  /** Ids and faults of some failing rows. */
  examples?: string[];
}
