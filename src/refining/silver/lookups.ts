import { IDENTITY_LINKS, ITEM_CHANGES, type Lake, type LiveFile } from "../../lake/index.ts";
import { TenantSet } from "./tenant-set.ts";

/** What rows are joined with. */
export interface Lookups {
  /** The user of a device, by its first link; by `lookupKey`. */
  users: ReadonlyMap<string, string>;
  /** Items that the catalogue has or had. */
  items: TenantSet;
}

export function lookupKey(tenant: string, id: string): string {
  return `${tenant}/${id}`;
}

/** A tenant's name has no slash. */
export function tenantOf(key: string): string {
  return key.slice(0, key.indexOf("/"));
}

/** The devices that the files link. */
export async function linkedDevices(lake: Lake, files: readonly LiveFile[]): Promise<TenantSet> {
  const devices = new TenantSet();
  const names = ["tenant", "anonymous_id"] as const;
  for await (const { rows, columns } of lake.scan(IDENTITY_LINKS, { columns: names, files })) {
    for (let row = 0; row < rows; row++)
      devices.add(columns.tenant[row] as string, columns.anonymous_id[row] as string);
  }
  return devices;
}

/** The items of which the files hold a state. */
export async function changedItems(lake: Lake, files: readonly LiveFile[]): Promise<TenantSet> {
  const items = new TenantSet();
  for await (const [tenant, item] of liveItems(lake, files)) items.add(tenant, item);
  return items;
}

/**
 * The user of each of these devices: of all its links ever, the first by `linked_at` holds, of two at once the one with the lower
 * event id. So it does not matter in which order links arrive.
 */
export async function firstLinks(lake: Lake, devices: TenantSet): Promise<Map<string, string>> {
  const first = new Map<string, { user: string; atMs: number; eventId: string }>();
  if (devices.size === 0) return new Map();
  const names = ["tenant", "anonymous_id", "user_id", "linked_at", "event_id"] as const;
  for await (const { rows, columns } of lake.scan(IDENTITY_LINKS, { columns: names })) {
    for (let row = 0; row < rows; row++) {
      const [tenant, device] = [columns.tenant[row] as string, columns.anonymous_id[row] as string];
      if (!devices.has(tenant, device)) continue;
      const key = lookupKey(tenant, device);
      const atMs = columns.linked_at[row] as number;
      const eventId = columns.event_id[row] as string;
      const held = first.get(key);
      if (held !== undefined && (held.atMs < atMs || (held.atMs === atMs && held.eventId <= eventId)))
        continue;
      first.set(key, { user: columns.user_id[row] as string, atMs, eventId });
    }
  }
  return new Map([...first].map(([key, { user }]) => [key, user]));
}

/** Which of these items the catalogue has or had. */
export async function knownItems(lake: Lake, items: TenantSet): Promise<TenantSet> {
  const known = new TenantSet();
  const wanted = items.size;
  let found = 0;
  if (wanted === 0) return known;
  for await (const [tenant, item] of liveItems(lake)) {
    if (!items.has(tenant, item) || known.has(tenant, item)) continue;
    known.add(tenant, item);
    if (++found === wanted) break;
  }
  return known;
}

async function* liveItems(
  lake: Lake,
  files?: readonly LiveFile[],
): AsyncGenerator<[tenant: string, item: string]> {
  const names = ["tenant", "item_id", "deleted"] as const;
  const options = { columns: names, ...(files === undefined ? {} : { files }) };
  for await (const { rows, columns } of lake.scan(ITEM_CHANGES, options)) {
    for (let row = 0; row < rows; row++) {
      if (columns.deleted[row] === true) continue;
      yield [columns.tenant[row] as string, columns.item_id[row] as string];
    }
  }
}
