/** Which rows of quarantine are judged again. */
export interface ReplayRequest {
  tenant?: string;
  /** Rows of this reason only. */
  reason?: string;
  /** Rows set aside from then on. */
  sinceMs?: number;
  isDryRun: boolean;
  /** The last answer's `cursor`. */
  cursor?: string;
}

/** In rows of quarantine. */
export interface ReplayOutcome {
  read: number;
  accepted: number;
  alreadyReplayed: number;
  /** Copies of rows that failed a check, by that reason: they are in their tables already. */
  skipped: Record<string, number>;
  /** By the reason they have today. */
  refused: Record<string, number>;
  /** Absent when all was read: the caller repeats until then. */
  cursor?: string;
}
