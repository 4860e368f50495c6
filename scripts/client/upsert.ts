import { ITEMS_PER_REQUEST_MAX, UPSERT_BODY_BYTES_MAX, USERS_PER_REQUEST_MAX } from "../../src/base/index.ts";
import type { Item, User } from "../../src/events/index.ts";
import type { ApiClient } from "./api.ts";

/** The JSON around the records, generously. */
const BODY_MARGIN_BYTES = 2_000;

/** One bulk upsert after the other; an upsert may be repeated without harm. */
export function upsertItems(
  client: ApiClient,
  items: readonly Item[],
  onBatch: (count: number) => void,
): Promise<void> {
  return upsert(client, "items", items, ITEMS_PER_REQUEST_MAX, onBatch);
}

export function upsertUsers(
  client: ApiClient,
  users: readonly User[],
  onBatch: (count: number) => void,
): Promise<void> {
  return upsert(client, "users", users, USERS_PER_REQUEST_MAX, onBatch);
}

async function upsert<T>(
  client: ApiClient,
  kind: "items" | "users",
  records: readonly T[],
  countMax: number,
  onBatch: (count: number) => void,
): Promise<void> {
  for (let start = 0; start < records.length; ) {
    let bytes = BODY_MARGIN_BYTES;
    let end = start;
    while (end < records.length && end - start < countMax) {
      bytes += Buffer.byteLength(JSON.stringify(records[end])) + 1;
      if (bytes > UPSERT_BODY_BYTES_MAX && end > start) break;
      end++;
    }
    const batch = records.slice(start, end);
    await client.request(`/v1/${kind}`, { method: "POST", body: { [kind]: batch } });
    onBatch(batch.length);
    start = end;
  }
}
