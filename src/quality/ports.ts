import type { ObjectStore } from "../base/index.ts";
import type { HourRange, IntakeHour } from "../features/index.ts";
import type { Lake } from "../lake/index.ts";

/** What quality asks of the lake: it reads everything, and writes to quarantine only. */
export type QualityLake = Pick<Lake, "append" | "commitPending" | "files" | "increment" | "load" | "scan">;

/** What D1 counted, by tenant and hour of receipt; hours without any may be left out. Rejects when the database does. */
export interface IntakePort {
  tenants(): Promise<string[]>;
  intakeCounts(tenant: string, range: HourRange): Promise<IntakeHour[]>;
  /** Distinct ids in the ledger. */
  ledgerCounts(tenant: string, range: HourRange): Promise<{ hour: number; events: number }[]>;
}

export interface QualityPorts {
  lake: QualityLake;
  /** Where reports and aggregates are kept, under `lake/ops/quality/`. */
  store: ObjectStore;
  intake: IntakePort;
}
