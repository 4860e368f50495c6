import type { ReplayOutcome, ReplayRequest } from "../replay-admin.ts";

/** A table of the lake as one tenant may see it: no figure is of another's rows. */
export interface LakeTable {
  /** `silver.interactions`. */
  name: string;
  /** What stands before the dot. */
  layer: string;
  /** What it is for, in plain words. */
  about: string;
  /** The tables whose rows its own are made from; empty where they come from outside. */
  madeFrom: readonly string[];
  columns: number;
  /** Of the files that hold rows of the tenant alone. */
  rows: number;
  files: number;
  bytes: number;
  /** Files that hold, or may hold, the tenant's rows beside others'; not counted above. 0: what is counted is all. */
  sharedFiles: number;
  /** The current state; null while nothing was ever committed. */
  snapshot: { id: number; atMs: number } | null;
  /** When the intake or a job last wrote to it; merging files is none of that. Null: never, or longer ago than snapshots are kept. */
  writtenAtMs: number | null;
}

/** What one commit did to a table. */
export interface TableSnapshot {
  id: number;
  atMs: number;
  /** `append`, `overwrite`, `delete`, or `replace` where files were merged and the rows stayed. */
  operation: string;
  /** Null where other tenants write the table too: they are of all of them. */
  counts: {
    addedRows: number;
    deletedRows: number;
    addedFiles: number;
    deletedFiles: number;
    /** In the table afterwards. */
    rows: number;
  } | null;
}

export interface TableSnapshots {
  /** Newest first. */
  snapshots: TableSnapshot[];
  /** How many are kept. */
  kept: number;
}

/** Rows in quarantine of one reason, and of one check where a check is the reason. */
export interface SetAsideReason {
  reason: string;
  check: string | null;
  /** That are still set aside. */
  rows: number;
  /** That an earlier replay has taken back. */
  takenBack: number;
  newestAtMs: number;
}

export interface SetAsideRow {
  eventId: string | null;
  reason: string;
  check: string | null;
  detail: string | null;
  /** When it was set aside. */
  atMs: number;
  /** As it is kept: an event as JSON, or a whole message. */
  body: string;
  /** Whether `body` was cut, here or when it was kept. */
  isCut: boolean;
}

export interface SetAside {
  /** Of all reasons, whatever was asked for; the most rows first. */
  reasons: SetAsideReason[];
  /** Still set aside, newest first; the pages end at a thousand. */
  examples: SetAsideRow[];
  /** False: there are older ones than one look reads. */
  isComplete: boolean;
  /** Absent on the last page. */
  cursor?: string;
}

export interface SetAsideQuestion {
  limit: number;
  /** Examples of this reason only. */
  reason?: string;
  /** The last answer's. */
  cursor?: string;
}

/** A tenant's own view of the lake and of what was set aside: its part of what `LakeAdmin` does for all. */
export interface DataAdmin {
  lakeTables(tenant: string): Promise<LakeTable[]>;
  /** Null for a table that is not declared. */
  tableSnapshots(tenant: string, table: string): Promise<TableSnapshots | null>;
  /** Null when the cursor is none that an answer had, or its time is over. */
  setAside(tenant: string, question: SetAsideQuestion): Promise<SetAside | null>;
  /** One step of a replay of the tenant's own rows; null when the cursor is none that a step answered. */
  replayOwn(tenant: string, request: Omit<ReplayRequest, "tenant">): Promise<ReplayOutcome | null>;
}
