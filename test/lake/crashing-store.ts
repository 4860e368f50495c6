import type { ObjectStore } from "../../src/base/index.ts";

/**
 * The store of a process that dies at its n-th write, counted from 0: before the write takes effect, or after it without an
 * answer. Whatever it tries afterwards fails too. `crashed` tells whether it came so far.
 */
export function crashingStore(
  store: ObjectStore,
  { at, effect }: { at: number; effect: "before" | "after" },
): ObjectStore & { crashed(): boolean } {
  let writes = 0;
  let dead = false;
  const alive = () => {
    if (dead) throw new Error("crashed");
  };
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    alive();
    if (writes++ !== at) return work();
    dead = true;
    if (effect === "after") await work();
    throw new Error("crashed");
  };
  return {
    crashed: () => dead,
    get: async (...args) => {
      alive();
      return store.get(...args);
    },
    etag: async (...args) => {
      alive();
      return store.etag(...args);
    },
    list: async (...args) => {
      alive();
      return store.list(...args);
    },
    put: (...args) => write(() => store.put(...args)),
    delete: (...args) => write(() => store.delete(...args)),
  };
}
