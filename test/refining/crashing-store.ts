import type { ObjectStore } from "../../src/base/index.ts";

/**
 * A store whose process dies at its `writes`-th write from now: that write and everything after it fails, reads included. `lost`:
 * whether the write that it died at was kept all the same, as when only the answer got lost.
 */
export function crashingStore(
  store: ObjectStore,
  { writes, lost = true }: { writes: number; lost?: boolean },
): ObjectStore & { dead(): boolean } {
  let left = writes;
  const alive = () => {
    if (left <= 0) throw new Error("the process is gone");
  };
  const writing = async <T>(write: () => Promise<T>): Promise<T> => {
    alive();
    left--;
    if (left > 0) return write();
    if (!lost) await write();
    throw new Error("the process is gone");
  };
  const reading = async <T>(read: () => Promise<T>): Promise<T> => {
    alive();
    return read();
  };
  return {
    dead: () => left <= 0,
    get: (key, range) => reading(() => store.get(key, range)),
    etag: (key) => reading(() => store.etag(key)),
    list: (prefix, cursor) => reading(() => store.list(prefix, cursor)),
    put: (key, bytes, condition) => writing(() => store.put(key, bytes, condition)),
    delete: (keys) => writing(() => store.delete(keys)),
  };
}
