import type { D1Database, KVNamespace } from "@cloudflare/workers-types";
import type { ObjectStore } from "../../base/index.ts";
import type { Lake } from "../../lake/index.ts";

/** Out of the lake, into empty stores. */
export interface RebuildPorts {
  lake: Lake;
  core: D1Database;
  profiles: D1Database;
  kv: Pick<KVNamespace, "get" | "put">;
  /** Where lists find what segments counted. */
  store: Pick<ObjectStore, "get">;
  /** Writes the tenant's item overlay to where the scorer looks. */
  publishOverlay(tenant: string): Promise<unknown>;
  wait(ms: number): Promise<void>;
  nowMs: number;
}
