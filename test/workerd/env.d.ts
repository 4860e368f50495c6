import type { D1Database, KVNamespace, Queue, R2Bucket } from "@cloudflare/workers-types";

declare global {
  namespace Cloudflare {
    interface Env {
      KV: KVNamespace;
      DB: D1Database;
      PROFILES_0: D1Database;
      LAKE: R2Bucket;
      EVENTS: Queue;
    }
  }
}
