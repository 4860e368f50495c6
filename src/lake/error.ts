export type LakeErrorKind =
  /** The snapshot was there once, and expiry has removed it. */
  | "expired"
  /** The snapshot held rows that a deletion has since erased. */
  | "erased"
  /** No such snapshot, tag or table, and no sign that there ever was one. */
  | "unknown"
  /** The declaration is no growth of the stored schema. */
  | "incompatible"
  /** Others commit all the time: nothing was changed, the call is to be repeated. */
  | "contended";

/** What a caller of the lake can act on; the message names table and snapshot. */
export class LakeError extends Error {
  readonly kind: LakeErrorKind;
  constructor(kind: LakeErrorKind, message: string) {
    super(message);
    this.name = "LakeError";
    this.kind = kind;
  }
}

/** Whether a snapshot was asked for that was there once: a reader that goes on from it has to begin anew. */
export function isForgotten(cause: unknown): boolean {
  return cause instanceof LakeError && (cause.kind === "expired" || cause.kind === "erased");
}

/** A file to be replaced is no longer live: what was computed from it is void, and the job starts again. */
export class StaleBaseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "StaleBaseError";
  }
}
