import type { ObjectStore } from "../base/index.ts";
import type { Lake } from "../lake/index.ts";

/** What quality asks of the lake: it reads everything, and writes to quarantine only. */
export type QualityLake = Pick<Lake, "append" | "commitPending" | "files" | "increment" | "load" | "scan">;

/** Events of one tenant received in one hour, as one stage counted them. Hours count from the epoch. */
export interface IntakeCount {
  tenant: string;
  hour: number;
  /** What edges said they sent on, and what consumers took of it. */
  edge: number;
  queue: number;
}

/** What D1 counted, both for hours from `fromHour` on. Rejects when the database does. */
export interface IntakePort {
  intakeCounts(fromHour: number): Promise<IntakeCount[]>;
  /** Ids of the ledger, by the hour in which the event was received. */
  ledgerCounts(fromHour: number): Promise<{ tenant: string; hour: number; events: number }[]>;
}

export interface QualityPorts {
  lake: QualityLake;
  /** Where reports and aggregates are kept, under `lake/ops/quality/`. */
  store: ObjectStore;
  intake: IntakePort;
}
