import type { Clock } from "./clock.ts";
import type { ObjectStore } from "./object-store.ts";

/** As far as visitors notice nothing of it. */
const TURN_EVERY_MS = 10;

/**
 * The same store, which lets other work of the thread run now and then before it answers: a job of many calls otherwise keeps
 * everybody else waiting until its end. Locally the simulator of R2 lives on the Workers' own thread, which looks at what comes in
 * from outside only when nothing on it is left to do, and such a job always leaves something. `yieldTo` resolves in a later turn of
 * the event loop; a microtask would not do. The clock stands still while a Worker computes, and moves with each call.
 */
export function yieldingStore(
  store: ObjectStore,
  { clock, yieldTo }: { clock: Clock; yieldTo: () => Promise<void> },
): ObjectStore {
  let lastMs = clock();
  async function thenYield<T>(call: Promise<T>): Promise<T> {
    const answer = await call;
    const nowMs = clock();
    if (nowMs - lastMs < TURN_EVERY_MS) return answer;
    // Before the wait: of calls that are under way together, one yields.
    lastMs = nowMs;
    await yieldTo();
    return answer;
  }
  return {
    get: (key, range) => thenYield(store.get(key, range)),
    etag: (key) => thenYield(store.etag(key)),
    put: (key, bytes, condition) => thenYield(store.put(key, bytes, condition)),
    list: (prefix, cursor) => thenYield(store.list(prefix, cursor)),
    delete: (keys) => thenYield(store.delete(keys)),
  };
}
