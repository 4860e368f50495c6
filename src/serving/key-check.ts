import { err, ok, type Result } from "../base/index.ts";
import { hashKey, type KeyRecord, parseKey } from "../events/index.ts";
import { within } from "./deadline.ts";
import { KEY_READ_MS, KEY_SLOW_MS, PROVEN_KEY_ASK_MS } from "./limits.ts";
import type { ServingMemory } from "./memory.ts";
import type { ServingPorts } from "./ports.ts";
import type { Session } from "./session.ts";

/** `unavailable`: the stores did not say in time, and the key has not proved good here lately. It fails closed, and is not remembered. */
export type KeyProblem = "malformed" | "unknown" | "unavailable";

/**
 * The record of a key that is valid now, as far as its stores tell; while neither does, of one that was. Isolate memory is asked by the key itself,
 * so that a known key costs no hash; it is never stored or logged.
 */
export async function checkKey(
  key: string,
  ports: Pick<ServingPorts, "keys" | "now" | "timer">,
  memory: Pick<ServingMemory, "keys" | "unknownKeys" | "provenKeys">,
): Promise<Result<KeyRecord, KeyProblem>> {
  const parsed = parseKey(key);
  if (parsed === null) return err("malformed");
  const remembered = memory.keys.get(key, ports.now());
  if (remembered !== undefined) return ok(remembered);
  if (memory.unknownKeys.get(key, ports.now()) !== undefined) return err("unknown");
  const proven = memory.provenKeys.get(key, ports.now());
  if (proven !== undefined && ports.now() - proven.unansweredAtMs < PROVEN_KEY_ASK_MS)
    return ok(proven.record);
  // One request asks, and the others need not wait with it for stores that may hang.
  if (proven !== undefined) proven.unansweredAtMs = ports.now();

  const found = await findKey({ tenant: parsed.tenant, hash: await hashKey(key) }, ports);
  if (!found.ok) return standIn(key, ports.now(), memory);
  const record = found.value;
  if (
    record === null ||
    record.revokedAtMs !== null ||
    record.tenant !== parsed.tenant ||
    record.kind !== parsed.kind
  ) {
    memory.provenKeys.delete(key);
    memory.unknownKeys.set(key, true, ports.now());
    return err("unknown");
  }
  memory.keys.set(key, record, ports.now());
  memory.provenKeys.set(key, { record, unansweredAtMs: Number.NEGATIVE_INFINITY }, ports.now());
  return ok(record);
}

/** Looked up only now: during the wait it may have become too old. */
function standIn(
  key: string,
  nowMs: number,
  { provenKeys }: Pick<ServingMemory, "provenKeys">,
): Result<KeyRecord, "unavailable"> {
  const proven = provenKeys.get(key, nowMs);
  if (proven === undefined) return err("unavailable");
  proven.unansweredAtMs = nowMs;
  return ok(proven.record);
}

/** The record of a secret key that a session was opened with: a session ends with its key, as soon as a request with the key would. */
export async function checkSessionKey(
  { tenant, keyHash }: Pick<Session, "tenant" | "keyHash">,
  ports: Pick<ServingPorts, "keys" | "now" | "timer">,
  memory: Pick<ServingMemory, "keys">,
): Promise<Result<KeyRecord, KeyProblem>> {
  const name = `session/${tenant}/${keyHash}`;
  const remembered = memory.keys.get(name, ports.now());
  if (remembered !== undefined) return ok(remembered);
  const found = await findKey({ tenant, hash: keyHash }, ports);
  if (!found.ok) return found;
  const record = found.value;
  if (record === null || record.revokedAtMs !== null || record.tenant !== tenant || record.kind !== "secret")
    return err("unknown");
  memory.keys.set(name, record, ports.now());
  return ok(record);
}

/**
 * A near copy that has no such key, or fails, leaves it to the truth: a key works from the second it is made. Of a near copy that is slow and the truth,
 * the first to tell is believed.
 */
async function findKey(
  { tenant, hash }: { tenant: string; hash: string },
  { keys, timer }: Pick<ServingPorts, "keys" | "timer">,
): Promise<Result<KeyRecord | null, "unavailable">> {
  const near = keys.cached(hash);
  const soon = await within(near, KEY_SLOW_MS, timer);
  if (soon.status === "ok" && soon.value !== null) return ok(soon.value);
  const truth = keys.stored(tenant, hash);
  const told = soon.status === "late" ? Promise.any([near.then(orMiss), truth]) : truth;
  const found = await within(told, KEY_READ_MS, timer);
  return found.status === "ok" ? ok(found.value) : err("unavailable");
}

function orMiss(record: KeyRecord | null): KeyRecord {
  if (record === null) throw new Error("the near copy has no such key");
  return record;
}
