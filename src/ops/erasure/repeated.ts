import { DAY_MS } from "../../base/index.ts";
import { type StoredEvent, uuidV7TimeMs } from "../../events/index.ts";
import { EVENTS, type Lake } from "../../lake/index.ts";
import { rowsOf } from "../rebuild/rows.ts";
import type { ErasedUser } from "./plan.ts";

/** Silver looks for copies of an event among those of a week: what came before is none. */
const COPIES_WITHIN_MS = 7 * DAY_MS;

const COLUMNS = ["event_id", "user_id", "anonymous_id", "received_at"] as const;
type Row = Pick<StoredEvent, (typeof COLUMNS)[number]>;

/**
 * By user, the ids of events that were received before the deletion and, as a client's repetition, after it once more. Silver keeps
 * the first copy only, so that the others have to go with it: else bronze would hold events that no later table has.
 */
export async function repeatedIds(
  lake: Lake,
  tenant: string,
  users: readonly ErasedUser[],
): Promise<Map<string, string[]>> {
  const byUser = new Map(users.map((user) => [user.userId, user]));
  const byDevice = new Map(users.flatMap((user) => user.devices.map((device) => [device, user] as const)));
  const ownerOf = ({ user_id, anonymous_id }: Row) =>
    user_id === undefined ? byDevice.get(anonymous_id ?? "") : byUser.get(user_id);
  const times = users.map(({ deletedAtMs }) => deletedAtMs).sort((a, b) => a - b);
  const [firstMs = 0, lastMs = 0] = [times[0], times.at(-1)];
  const later = new Set<string>();
  for await (const row of eventsOf(lake, tenant, { min: firstMs + 1 })) {
    const deletedAtMs = ownerOf(row)?.deletedAtMs ?? Number.POSITIVE_INFINITY;
    if (row.received_at > deletedAtMs && uuidV7TimeMs(row.event_id) <= deletedAtMs) later.add(row.event_id);
  }
  const found = new Map<string, string[]>();
  if (later.size === 0) return found;
  for await (const row of eventsOf(lake, tenant, { min: firstMs - COPIES_WITHIN_MS, max: lastMs })) {
    const owner = ownerOf(row);
    if (owner === undefined || row.received_at > owner.deletedAtMs || !later.has(row.event_id)) continue;
    found.set(owner.userId, [...(found.get(owner.userId) ?? []), row.event_id]);
  }
  return found;
}

async function* eventsOf(
  lake: Lake,
  tenant: string,
  received: { min: number; max?: number },
): AsyncGenerator<Row> {
  const where = [{ column: "received_at", ...received }] as const;
  for await (const batch of lake.scan(EVENTS, { columns: COLUMNS, tenant, where }))
    yield* rowsOf(batch as never) as Row[];
}
