import { DAY_MS } from "../../base/index.ts";
import {
  type Batch,
  INTERACTIONS,
  type Interaction,
  type Lake,
  type LiveFile,
  tenantBucket,
} from "../../lake/index.ts";
import { type Lookups, lookupKey, tenantOf } from "./lookups.ts";

/** Days before today's whose rows still follow a device's link or an item's arrival; older ones stay as they were then. */
export const SETTLE_DAYS = 7;

export interface StoredPartition {
  bucket: number;
  day: number;
  /** In the order of their rows. */
  files: LiveFile[];
}

export function partitionKey({ bucket, day }: { bucket: number; day: number }): string {
  return `${bucket}/${day}`;
}

/** The partitions of a snapshot from `fromDay` on, days since the epoch. */
export async function storedPartitions(
  lake: Pick<Lake, "files">,
  { snapshotId, fromDay }: { snapshotId: number | null; fromDay: number },
): Promise<Map<string, StoredPartition>> {
  const partitions = new Map<string, StoredPartition>();
  if (snapshotId === null) return partitions;
  const where = [{ column: "id_time" as const, min: fromDay * DAY_MS }];
  for (const file of await lake.files(INTERACTIONS, { snapshotId, where })) {
    const [bucket, day] = file.partition as [number, number];
    const partition = partitions.get(partitionKey({ bucket, day })) ?? { bucket, day, files: [] };
    partition.files.push(file);
    partitions.set(partitionKey(partition), partition);
  }
  for (const { files } of partitions.values()) files.sort(compareFiles);
  return partitions;
}

/** Whoever writes a partition writes it sorted and cuts it into files: so bounds tell which file follows on which. */
function compareFiles(a: LiveFile, b: LiveFile): number {
  const [tenant, eventId] = [1, 2];
  return (
    compareText(a.stats[tenant]?.min, b.stats[tenant]?.min) ||
    compareText(a.stats[tenant]?.max, b.stats[tenant]?.max) ||
    compareText(a.stats[eventId]?.min, b.stats[eventId]?.min)
  );
}

function compareText(a: unknown, b: unknown): number {
  if (a === b) return 0;
  return String(a) < String(b) ? -1 : 1;
}

const ITEM_KNOWN_ID = 106;
const SETTLED_NAMES = ["tenant", "user_id", "anonymous_id", "item_id", "subject", "item_known"] as const;

/** The buckets whose partitions the lookups can concern. */
export function bucketsOf({ users, items }: Lookups): Set<number> {
  const tenants = new Set([...[...users.keys()].map(tenantOf), ...items.tenants]);
  return new Set([...tenants].map(tenantBucket));
}

/** Whether a row of the partition would be another one with what is known now. Stops at the first. */
export async function needsSettling(
  lake: Pick<Lake, "scan">,
  { files }: StoredPartition,
  lookups: Lookups,
): Promise<boolean> {
  // Without new links only rows of unknown items can change, and bounds tell which files have any.
  const open =
    lookups.users.size > 0 ? files : files.filter(({ stats }) => stats[ITEM_KNOWN_ID]?.min !== true);
  for await (const batch of lake.scan(INTERACTIONS, { columns: SETTLED_NAMES, files: open })) {
    for (let row = 0; row < batch.rows; row++) if (isUnsettled(batch, row, lookups)) return true;
  }
  return false;
}

function isUnsettled(
  { columns }: Batch<Interaction, (typeof SETTLED_NAMES)[number]>,
  row: number,
  { users, items }: Lookups,
): boolean {
  const tenant = columns.tenant[row] as string;
  if (columns.item_known[row] === false && items.has(tenant, columns.item_id[row] as string)) return true;
  const device = columns.anonymous_id[row];
  if (users.size === 0 || device == null || columns.user_id[row] !== null) return false;
  const user = users.get(lookupKey(tenant, device));
  return user !== undefined && columns.subject[row] !== `u:${user}`;
}
