import type { D1Database } from "@cloudflare/workers-types";
import type { Clock, ObjectStore } from "../../base/index.ts";
import type { Lake } from "../../lake/index.ts";

/** Out of the lake, and out of what D1 has made from it. */
export interface ErasePorts {
  lake: Lake;
  /** Of the lake too; where the erasure under way is kept. */
  store: ObjectStore;
  warehouseUri: string;
  core: D1Database;
  profiles: D1Database;
  /** One bounded share of bronze → silver → gold. */
  refine(): Promise<{ done: boolean }>;
  /** Finds the members of all segments again. */
  findSegments(): Promise<unknown>;
  /** A name that no other run has. */
  newRunName(): string;
  /** For the duration in the lineage, and the age of what is committed on. */
  clock: Clock;
}
