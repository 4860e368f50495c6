import type { AnyTable } from "../tables/table.ts";

export type MaintenanceJob = "retain" | "compact" | "expire" | "trim" | "sweep" | "erase";

/** What one unit of work did. */
export interface MaintenanceUnit {
  job: MaintenanceJob;
  table: string;
  /** `overtaken`: another commit was faster, nothing was changed, a later run looks again. */
  outcome: "done" | "overtaken";
  /** Of `retain`, `compact`: data files that left the table, and their rows. Of `expire`: snapshots. */
  removed: number;
  rows: number;
  /** Objects deleted from the store. */
  deleted: number;
}

/** A unit of work that is due; nothing happens before it is run. */
export interface DueUnit {
  run(): Promise<MaintenanceUnit>;
}

export function unitOf(
  job: MaintenanceJob,
  table: AnyTable,
  done: Partial<Omit<MaintenanceUnit, "job" | "table">> = {},
): MaintenanceUnit {
  return { job, table: table.name, outcome: "done", removed: 0, rows: 0, deleted: 0, ...done };
}
