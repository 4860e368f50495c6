import { type ObjectStore, sha256Hex } from "../base/index.ts";

export const SPILL_PREFIX = "spill/";

/** Keeps a message that the Queue refused. Its name is its content's, so a repeated spill is one object. */
export async function spillMessage(store: ObjectStore, body: string, nowMs: number): Promise<void> {
  const name = (await sha256Hex(body)).slice(0, 32);
  const day = new Date(nowMs).toISOString().slice(0, 10);
  await store.put(`${SPILL_PREFIX}${day}/${name}.json`, new TextEncoder().encode(body));
}
