import type { ObjectStore } from "../src/base/index.ts";

/** The in-memory twin of R2: conditions, ranges and pages as R2 has them. `calls` counts what was asked of it. */
export function memoryObjectStore(): ObjectStore & { calls: { kind: string; key: string; bytes: number }[] } {
  const objects = new Map<string, { bytes: Uint8Array<ArrayBuffer>; etag: string; uploadedMs: number }>();
  const calls: { kind: string; key: string; bytes: number }[] = [];
  let revision = 0;
  return {
    calls,
    async get(key, range) {
      const object = objects.get(key);
      if (object === undefined) return null;
      const { offset, length } = range ?? { offset: 0, length: object.bytes.byteLength };
      const bytes = object.bytes.slice(offset, offset + length);
      calls.push({ kind: "get", key, bytes: bytes.byteLength });
      return { bytes, etag: object.etag, size: object.bytes.byteLength };
    },
    async etag(key) {
      calls.push({ kind: "etag", key, bytes: 0 });
      return objects.get(key)?.etag ?? null;
    },
    async put(key, bytes, condition) {
      const current = objects.get(key);
      if (condition !== undefined && "ifAbsent" in condition && current !== undefined) return null;
      if (condition !== undefined && "ifEtag" in condition && current?.etag !== condition.ifEtag) return null;
      calls.push({ kind: "put", key, bytes: bytes.byteLength });
      const etag = `etag-${++revision}`;
      objects.set(key, { bytes: bytes.slice(), etag, uploadedMs: revision });
      return { etag };
    },
    async list(prefix, cursor) {
      calls.push({ kind: "list", key: prefix, bytes: 0 });
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
      const rest = cursor === undefined ? keys : keys.filter((key) => key > cursor);
      const page = rest.slice(0, 1_000);
      const last = page.at(-1);
      return {
        objects: page.map((key) => {
          const { bytes, etag, uploadedMs } = objects.get(key) as NonNullable<ReturnType<typeof objects.get>>;
          return { key, size: bytes.byteLength, etag, uploadedMs };
        }),
        ...(rest.length > page.length && last !== undefined ? { cursor: last } : {}),
      };
    },
    async delete(keys) {
      for (const key of keys) objects.delete(key);
    },
  };
}
