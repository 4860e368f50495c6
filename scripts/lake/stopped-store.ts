import type { R2Bucket } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { type ObjectStore, r2ObjectStore } from "../../src/base/index.ts";
import { BUCKET } from "./s3.ts";

/** The bucket of a local Lakeshore that does not run: the runtime with nothing but that bucket. */
export async function openStoppedStore(
  statePath: string,
): Promise<{ store: ObjectStore; close(): Promise<void> }> {
  const worker = {
    name: "lake",
    modules: true,
    script: "export default { fetch: () => new Response(null, { status: 404 }) };",
    r2Buckets: { LAKE: BUCKET },
  };
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({ workers: [worker] } as Parameters<typeof convertV4MiniflareOptions>[0]),
    host: "127.0.0.1",
    port: 0,
    log: new Log(LogLevel.ERROR),
    cf: false,
    resourcePersistencePath: statePath,
  });
  await miniflare.ready;
  const bucket = (await miniflare.getR2Bucket("LAKE")) as unknown as R2Bucket;
  return { store: r2ObjectStore(bucket), close: () => miniflare.dispose() };
}
