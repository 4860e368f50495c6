import {
  FeatureFold,
  facetStates,
  LAKE_EVENT_NAMES,
  type LakeEvent,
  type LakeFeatures,
  newestInteractions,
} from "../../features/index.ts";
import {
  compareCells,
  INTERACTIONS,
  ITEM_FEATURES,
  ITEM_STATES,
  type ItemFeatureRow,
  type Lake,
  LINEAGE,
  type LiveFile,
  USER_FEATURES,
  type UserFeatureRow,
} from "../../lake/index.ts";
import type { RefinePorts } from "../job.ts";
import { rowsOf } from "../rewrite/index.ts";
import { ExternalSort, openScratch } from "../sort/index.ts";
import { replaceMoment } from "./feature-files.ts";
import { readDeletions, readItemIntervals, readTenantLinks } from "./feature-inputs.ts";

export interface FeatureMoment {
  tenant: string;
  asOfMs: number;
  /** See `AsOf` of `features`: what had been received by then, or what had happened by then. */
  clock?: "received" | "occurred";
  nowMs: number;
  /** A name that no other run has. */
  run: string;
}

export interface MaterialisedFeatures {
  items: number;
  users: number;
  /** Of silver.interactions; null when there is none. */
  snapshotId: number | null;
}

/** A line of a history; 20,000 are about 5 MB. */
type HistoryRow = readonly [subject: string, entry: string];
const MEMORY_ROWS = 20_000;

/**
 * Makes gold.item_features and gold.user_features of a tenant as of a moment, from silver at one snapshot; the same moment made
 * before is replaced. Rows stream by, day after day; histories are sorted outside of memory. Each table's commit is its commit
 * point: after a crash between the two the moment is made once more. Rejects with `StaleBaseError` when another run was faster.
 */
export async function materialiseFeatures(
  ports: Pick<RefinePorts, "lake" | "store" | "clock">,
  moment: FeatureMoment,
): Promise<MaterialisedFeatures> {
  const { lake, store } = ports;
  const { tenant, asOfMs, nowMs, run } = moment;
  const silver = await lake.snapshot(INTERACTIONS, {});
  if (silver === null) return { items: 0, users: 0, snapshotId: null };
  const startedAtMs = ports.clock();
  const scratch = openScratch(store, run);
  try {
    const sort = { compare: compareHistory, memoryRows: MEMORY_ROWS };
    const histories = new ExternalSort<HistoryRow>(scratch, sort);
    const { features, rowsIn } = await foldSilver(lake, moment, { snapshotId: silver.id, histories });
    const work = { lake, nowMs, run, tenant, asOfMs, snapshotId: silver.id };
    const items = await replaceMoment(ITEM_FEATURES, work, await itemRows(lake, moment, features));
    const users = await replaceMoment(USER_FEATURES, work, userRows(moment, features, histories));
    const lineage = Object.entries({ [ITEM_FEATURES.name]: items, [USER_FEATURES.name]: users });
    await lake.append(
      LINEAGE,
      lineage.map(([name, { snapshotId, rows }]) => ({
        run,
        job: name,
        inputs: { [INTERACTIONS.name]: silver.id },
        output: name,
        output_snapshot: snapshotId,
        rows_in: rowsIn,
        rows_out: rows,
        duration_ms: ports.clock() - startedAtMs,
        started_at: nowMs,
      })),
      { nowMs },
    );
    return { items: items.rows, users: users.rows, snapshotId: silver.id };
  } finally {
    // What the store does not let go now is swept when the run is old.
    await scratch.clear().catch(() => undefined);
  }
}

function compareHistory([subject, entry]: HistoryRow, [otherSubject, otherEntry]: HistoryRow): number {
  return compareCells(subject, otherSubject) || compareCells(entry, otherEntry);
}

async function foldSilver(
  lake: Lake,
  { tenant, asOfMs, clock }: FeatureMoment,
  { snapshotId, histories }: { snapshotId: number; histories: ExternalSort<HistoryRow> },
): Promise<{ features: LakeFeatures; rowsIn: number }> {
  let lines: HistoryRow[] = [];
  let rowsIn = 0;
  const asOf = {
    tenant,
    asOfMs,
    ...(clock === undefined ? {} : { clock }),
    facets: facetStates(await readItemIntervals(lake, tenant)),
    links: await readTenantLinks(lake, tenant),
    deletions: await readDeletions(lake, tenant),
  };
  const fold = new FeatureFold(asOf, { add: (subject, entry) => lines.push([subject, entry]) });
  const files = await lake.files(INTERACTIONS, { tenant, snapshotId });
  for (const [, ofDay] of [...Map.groupBy(files, dayOf)].sort(([a], [b]) => a - b)) {
    const options = { columns: LAKE_EVENT_NAMES, tenant, files: ofDay };
    for await (const rows of rowsOf(lake.scan(INTERACTIONS, options))) {
      rowsIn += rows.length;
      for (const row of rows) fold.add(row as LakeEvent);
      await histories.add(lines);
      lines = [];
    }
  }
  return { features: fold.close(), rowsIn };
}

/** Silver's files stand by bucket of the tenant and day of the ids. */
function dayOf({ partition }: LiveFile): number {
  return Number(partition[1]);
}

/** Items that the catalogue had at the moment, and those that anything counted for. */
async function itemRows(
  lake: Lake,
  { tenant, asOfMs }: FeatureMoment,
  features: LakeFeatures,
): Promise<ItemFeatureRow[][]> {
  const categories = new Map<string, string | undefined>();
  for (const itemId of features.itemIds()) categories.set(itemId, undefined);
  const columns = ["item_id", "valid_from", "valid_to", "categories"] as const;
  for await (const rows of rowsOf(lake.scan(ITEM_STATES, { columns, tenant }))) {
    for (const { item_id, valid_from, valid_to, categories: named } of rows) {
      if (valid_from <= asOfMs && (valid_to === null || valid_to > asOfMs))
        categories.set(item_id, named?.[0]);
    }
  }
  const rows = [...categories].map(([item_id, category]) =>
    itemRow({ tenant, item_id, as_of: asOfMs }, category, features),
  );
  return [rows.sort((a, b) => compareCells(a.item_id, b.item_id))];
}

function itemRow(
  key: Pick<ItemFeatureRow, "tenant" | "item_id" | "as_of">,
  category: string | undefined,
  features: LakeFeatures,
): ItemFeatureRow {
  const { age_days, freshness, ...windowed } = features.item(key.item_id);
  const row = {
    ...key,
    ...windowed,
    ...(age_days === null ? {} : { age_days }),
    ...(freshness === null ? {} : { freshness }),
  };
  if (category === undefined) return row;
  const ofCategory = Object.entries(features.category(category)).map(([name, value]) => [
    `category_${name}`,
    value,
  ]);
  return { ...row, category, ...Object.fromEntries(ofCategory) };
}

async function* userRows(
  { tenant, asOfMs }: FeatureMoment,
  features: LakeFeatures,
  histories: ExternalSort<HistoryRow>,
): AsyncGenerator<UserFeatureRow[]> {
  let subject: string | null = null;
  let lines: string[] = [];
  const row = (of: string): UserFeatureRow => {
    const present = { ...features.userOf(newestInteractions(lines)), ...features.sessionOf(of) };
    const told = Object.entries(present).filter(([, value]) => value !== null);
    return { tenant, subject: of, as_of: asOfMs, ...Object.fromEntries(told) } as unknown as UserFeatureRow;
  };
  for await (const block of histories.read()) {
    const rows: UserFeatureRow[] = [];
    for (const [of, line] of block) {
      if (subject !== null && of !== subject) {
        rows.push(row(subject));
        lines = [];
      }
      subject = of;
      lines.push(line);
    }
    yield rows;
  }
  if (subject !== null) yield [row(subject)];
}
