import { DAY_MS, HOUR_MS, listAll, type ObjectStore } from "../../base/index.ts";
import {
  readJson,
  SEGMENT_MANIFEST,
  SEGMENTS_PREFIX,
  type SegmentCounts,
  type SegmentManifest,
} from "../../features/index.ts";
import { INTERACTIONS, isForgotten, type Lake, StaleBaseError } from "../../lake/index.ts";
import { type ChangedPartition, changedPartitions, differences } from "./difference.ts";
import { SEGMENT_COLUMNS, type SegmentEvent, SegmentTally } from "./segment-tally.ts";

export interface SegmentsCounted {
  /** Of silver.interactions: what is counted by now. */
  snapshotId: number;
  /** Nothing that was counted before could be gone on from. */
  anew: boolean;
  /** Events that came, changed or went. */
  events: number;
  /** Tenants whose counts were written. */
  tenants: number;
}

interface Ports {
  lake: Lake;
  store: ObjectStore;
}

/** Days of silver that are looked at: of an interaction from before, less than a twentieth is left. */
const DAYS = 14;
/** Rows read by one count, of both states: about 20 s. Of more, the newest days are counted anew, as far as this goes. */
const ROWS_MAX = 2_000_000;
/** What a run left behind that died goes after this time, in which none is still at work. */
const ORPHAN_MS = 6 * HOUR_MS;

/**
 * Counts what each segment's visitors did: what differs between silver as it was counted last and as it is now is added to, or taken
 * back from, the counts of the tenants that it touches. All of it depends on those two states alone, so a run that died and is repeated
 * counts the same. The commit point is the manifest. Null when there is nothing new. Rejects with `StaleBaseError` when another
 * run was faster. `run`: a name that no other run has.
 */
export async function countSegments(
  { lake, store }: Ports,
  { nowMs, run, rowsMax = ROWS_MAX }: { nowMs: number; run: string; rowsMax?: number },
): Promise<SegmentsCounted | null> {
  const held = await readJson<SegmentManifest>(store, SEGMENT_MANIFEST);
  const until = await lake.snapshot(INTERACTIONS, {});
  if (until === null || until.id === held?.value.snapshotId) return null;
  const day = Math.floor(until.atMs / DAY_MS);
  const plan = await planCount(lake, { from: held?.value.snapshotId ?? null, until: until.id, day, rowsMax });
  const tallies = new Tallies(store, {
    held: plan.anew ? {} : (held?.value.tenants ?? {}),
    day,
    run,
  });
  let events = 0;
  for (const partition of plan.partitions) events += await tally(lake, partition, tallies);
  const { tenants, written } = await tallies.close();
  const manifest: SegmentManifest = {
    v: 1,
    snapshotId: until.id,
    tenants,
    before: Object.values(held?.value.tenants ?? {}),
  };
  const condition = held === null ? ({ ifAbsent: true } as const) : { ifEtag: held.etag };
  const put = await store.put(SEGMENT_MANIFEST, jsonBytes(manifest), condition);
  if (put === null) throw new StaleBaseError("segments have been counted by another run meanwhile");
  await sweep(store, manifest, nowMs);
  return { snapshotId: until.id, anew: plan.anew, events, tenants: written };
}

/** The partitions to read; `anew` when the state counted last is forgotten, or too much has happened since. */
async function planCount(
  lake: Lake,
  { from, until, day, rowsMax }: { from: number | null; until: number; day: number; rowsMax: number },
): Promise<{ partitions: ChangedPartition[]; anew: boolean }> {
  const recent = async (since: number | null) => {
    const inputs = { [INTERACTIONS.name]: { from: since, until } };
    const changed = await changedPartitions(lake, { inputs });
    return changed.filter((partition) => partition.day > day - DAYS);
  };
  try {
    if (from !== null) {
      const partitions = await recent(from);
      if (rowsOf(partitions) <= rowsMax) return { partitions, anew: false };
    }
  } catch (cause) {
    if (!isForgotten(cause)) throw cause;
  }
  const newestFirst = (await recent(null)).sort((a, b) => b.day - a.day || a.bucket - b.bucket);
  let rows = 0;
  const taken = newestFirst.filter((partition, index) => {
    rows += rowsOf([partition]);
    return index === 0 || rows <= rowsMax;
  });
  return { partitions: taken.sort((a, b) => a.bucket - b.bucket || a.day - b.day), anew: true };
}

function rowsOf(partitions: readonly ChangedPartition[]): number {
  return partitions
    .flatMap(({ before, after }) => [...before, ...after])
    .reduce((sum, { rows }) => sum + rows, 0);
}

/** One tenant's tally at a time: rows come by tenant, and one that comes again, with another day's, is read again. */
class Tallies {
  readonly #store: ObjectStore;
  readonly #run: string;
  readonly #day: number;
  readonly #keys: Record<string, string>;
  readonly #written = new Set<string>();
  #open: { tenant: string; tally: SegmentTally } | null = null;

  /** `held`: keys of the counts to go on from, by tenant. */
  constructor(
    store: ObjectStore,
    { held, run, day }: { held: Readonly<Record<string, string>>; run: string; day: number },
  ) {
    this.#store = store;
    this.#keys = { ...held };
    this.#run = run;
    this.#day = day;
  }

  async of(tenant: string): Promise<SegmentTally> {
    if (this.#open?.tenant === tenant) return this.#open.tally;
    await this.#put();
    const key = Object.hasOwn(this.#keys, tenant) ? this.#keys[tenant] : undefined;
    const held = key === undefined ? null : await readJson<SegmentCounts>(this.#store, key);
    this.#open = { tenant, tally: new SegmentTally(this.#day, held?.value ?? null) };
    return this.#open.tally;
  }

  /** Keys of all tenants' counts, and how many tenants' were written. */
  async close(): Promise<{ tenants: Record<string, string>; written: number }> {
    await this.#put();
    return { tenants: this.#keys, written: this.#written.size };
  }

  /** Until the manifest names it, nobody reads what is put here but this run. */
  async #put(): Promise<void> {
    if (this.#open === null) return;
    const { tenant, tally } = this.#open;
    const key = `${SEGMENTS_PREFIX}${tenant}/${this.#run}.json`;
    await this.#store.put(key, jsonBytes(tally.counts()));
    this.#keys[tenant] = key;
    this.#written.add(tenant);
    this.#open = null;
  }
}

/** Returns how many events differed. */
async function tally(lake: Lake, partition: ChangedPartition, tallies: Tallies): Promise<number> {
  let events = 0;
  for await (const block of differences(lake, partition, { columns: SEGMENT_COLUMNS, same })) {
    for (const { before, after } of block) {
      const { tenant } = (after ?? before) as SegmentEvent;
      const ofTenant = await tallies.of(tenant);
      if (before !== null) ofTenant.add(before, -1);
      if (after !== null) ofTenant.add(after, 1);
    }
    events += block.length;
  }
  return events;
}

function same(a: SegmentEvent, b: SegmentEvent): boolean {
  return SEGMENT_COLUMNS.every((name) =>
    name === "context" ? a.context?.referrer === b.context?.referrer : a[name] === b[name],
  );
}

/** Counts that no manifest names any more; what died runs left, too. */
async function sweep(store: ObjectStore, manifest: SegmentManifest, nowMs: number): Promise<void> {
  const named = new Set([SEGMENT_MANIFEST, ...Object.values(manifest.tenants), ...manifest.before]);
  const gone: string[] = [];
  for await (const { key, uploadedMs } of listAll(store, SEGMENTS_PREFIX))
    if (!named.has(key) && uploadedMs < nowMs - ORPHAN_MS) gone.push(key);
  for (let from = 0; from < gone.length; from += 1_000) await store.delete(gone.slice(from, from + 1_000));
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
