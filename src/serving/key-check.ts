import { err, ok, type Result } from "../base/index.ts";
import { hashKey, type KeyRecord, parseKey } from "../events/index.ts";
import { within } from "./deadline.ts";
import { KEY_READ_MS } from "./limits.ts";
import type { ServingMemory } from "./memory.ts";
import type { ServingPorts } from "./ports.ts";

/** `unavailable`: the stores did not say in time. It fails closed, and is not remembered. */
export type KeyProblem = "malformed" | "unknown" | "unavailable";

/**
 * The record of a key that is valid now. Isolate memory is asked by the key itself, so that a known key costs no hash; it
 * is never stored or logged. A miss of the near copy falls to the truth: a key works from the second it is made.
 */
export async function checkKey(
  key: string,
  ports: Pick<ServingPorts, "keys" | "now" | "timer">,
  memory: Pick<ServingMemory, "keys" | "unknownKeys">,
): Promise<Result<KeyRecord, KeyProblem>> {
  const parsed = parseKey(key);
  if (parsed === null) return err("malformed");
  const remembered = memory.keys.get(key, ports.now());
  if (remembered !== undefined) return ok(remembered);
  if (memory.unknownKeys.get(key, ports.now()) !== undefined) return err("unknown");

  const hash = await hashKey(key);
  const near = await within(ports.keys.cached(hash), KEY_READ_MS, ports.timer);
  let record = near.status === "ok" ? near.value : null;
  if (record === null) {
    const truth = await within(ports.keys.stored(parsed.tenant, hash), KEY_READ_MS, ports.timer);
    if (truth.status !== "ok") return err("unavailable");
    record = truth.value;
  }
  if (
    record === null ||
    record.revokedAtMs !== null ||
    record.tenant !== parsed.tenant ||
    record.kind !== parsed.kind
  ) {
    memory.unknownKeys.set(key, true, ports.now());
    return err("unknown");
  }
  memory.keys.set(key, record, ports.now());
  return ok(record);
}
