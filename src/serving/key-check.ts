import { err, ok, type Result } from "../base/index.ts";
import { hashKey, type KeyRecord, parseKey } from "../events/index.ts";
import { within } from "./deadline.ts";
import { KEY_READ_MS } from "./limits.ts";
import type { ServingMemory } from "./memory.ts";
import type { ServingPorts } from "./ports.ts";
import type { Session } from "./session.ts";

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

  const found = await findKey({ tenant: parsed.tenant, hash: await hashKey(key) }, ports);
  if (!found.ok) return found;
  const record = found.value;
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

/** A miss of the near copy falls to the truth. */
async function findKey(
  { tenant, hash }: { tenant: string; hash: string },
  { keys, timer }: Pick<ServingPorts, "keys" | "timer">,
): Promise<Result<KeyRecord | null, "unavailable">> {
  const near = await within(keys.cached(hash), KEY_READ_MS, timer);
  if (near.status === "ok" && near.value !== null) return ok(near.value);
  const truth = await within(keys.stored(tenant, hash), KEY_READ_MS, timer);
  return truth.status === "ok" ? ok(truth.value) : err("unavailable");
}
