/**
 * base: what every room stands on, and nothing of our domain: assertions, time, hashes, limits, seeded randomness,
 * results, and the two ports (object store, engine) that more than one room needs. `r2.ts` is the port's one adapter, and
 * `yielding-store.ts` what it is wrapped in where a job calls it often.
 */
export { assert, unreachable } from "./assert.ts";
export { type ByteRange, contentRange, parseByteRange } from "./byte-range.ts";
export { type Clock, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "./clock.ts";
export { discard, discardTensors } from "./discard.ts";
export type { Engine, Session, Tensor } from "./engine.ts";
export {
  equalConstantTime,
  fnv1a32,
  fromBase64Url,
  sha256Hex,
  toBase64Url,
  toHex,
} from "./hash.ts";
export * from "./limits.ts";
export { lowWords } from "./low-words.ts";
export {
  listAll,
  type ObjectPage,
  type ObjectStore,
  type PutCondition,
  type StoredObject,
} from "./object-store.ts";
export { mapPooled } from "./pool.ts";
export { createPrng, type Prng } from "./prng.ts";
export { r2ObjectStore } from "./r2.ts";
export { err, ok, type Result } from "./result.ts";
export { yieldingStore } from "./yielding-store.ts";
