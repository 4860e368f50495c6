import type { R2Bucket } from "@cloudflare/workers-types";
import type { ObjectStore } from "./object-store.ts";

/** `ObjectStore` on an R2 binding. A failed condition is null there too, never an exception. */
export function r2ObjectStore(bucket: R2Bucket): ObjectStore {
  return {
    async get(key, range) {
      const object = await bucket.get(key, range === undefined ? undefined : { range });
      if (object === null) return null;
      return { bytes: new Uint8Array(await object.arrayBuffer()), etag: object.etag, size: object.size };
    },
    async etag(key) {
      return (await bucket.head(key))?.etag ?? null;
    },
    async put(key, bytes, condition) {
      const onlyIf =
        condition === undefined
          ? undefined
          : "ifAbsent" in condition
            ? { etagDoesNotMatch: "*" }
            : { etagMatches: condition.ifEtag };
      const object = await bucket.put(key, bytes, onlyIf === undefined ? undefined : { onlyIf });
      return object === null ? null : { etag: object.etag };
    },
    async list(prefix, cursor) {
      const page = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
      return {
        objects: page.objects.map(({ key, size, etag, uploaded }) => ({
          key,
          size,
          etag,
          uploadedMs: uploaded.getTime(),
        })),
        ...(page.truncated ? { cursor: page.cursor } : {}),
      };
    },
    async delete(keys) {
      if (keys.length > 0) await bucket.delete([...keys]);
    },
  };
}
