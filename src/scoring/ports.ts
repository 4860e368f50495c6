import type { Engine, ObjectStore } from "../base/index.ts";

/** Why a published model or overlay is not served. The one before it stays, where it need not make room for the next (`swapBytesMax`). */
export interface Fault {
  tenant: string;
  /** What was being read: a version, the pointer or the overlay. */
  subject: string;
  message: string;
}

export interface ScoringPorts {
  store: ObjectStore;
  engine: Engine;
  /** Resolves after so many milliseconds: what a bounded wait races against. 0 lets other work of the thread run. */
  sleep(durationMs: number): Promise<void>;
  onFault(fault: Fault): void;
  /** Bytes of models held over all tenants; `SCORER_MODELS_BYTES_MAX` when absent. */
  modelsBytesMax?: number;
  /** Bytes of a tenant's old and new model while they are swapped; `SCORER_SWAP_BYTES_MAX` when absent. */
  swapBytesMax?: number;
}
