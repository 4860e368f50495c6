import { DAY_MS, listAll, type ObjectStore, sha256Hex } from "../base/index.ts";
import type { DayParts } from "./aggregate.ts";
import type { HourCounts } from "./reconcile.ts";
import type { QualityReport } from "./report.ts";

const PREFIX = "lake/ops/quality";
export const LATEST_KEY = `${PREFIX}/latest.json`;
const HISTORY_PREFIX = `${PREFIX}/history/`;
/** An hourly report for a month: what was it like before? */
const HISTORY_DAYS = 31;

/** What the next run goes on from. */
export interface QualityState {
  /** The last snapshot that was read, by table. */
  watermarks: Record<string, number>;
  /** Key of the object with a day's aggregates, by table and day since the epoch (`all` for partitions without a day). */
  days: Record<string, Record<string, string>>;
  /** Hours that D1 still counts, and older ones that differ. */
  hours: HourCounts[];
  /** Hours to be counted in the lake, by `tenant/hour`. */
  toCount: string[];
}

/** The object under the fixed key. Putting it is the one commit point of a run: report, watermarks and aggregates together. */
export interface StoredReport {
  report: QualityReport;
  state: QualityState;
}

export function emptyState(): QualityState {
  return { watermarks: {}, days: {}, hours: [], toCount: [] };
}

/** The latest report; null before the first run. */
export async function readReport(store: ObjectStore): Promise<QualityReport | null> {
  return (await readStored(store))?.stored.report ?? null;
}

export async function readStored(store: ObjectStore): Promise<{ stored: StoredReport; etag: string } | null> {
  const object = await store.get(LATEST_KEY);
  return object === null ? null : { stored: parse<StoredReport>(object.bytes), etag: object.etag };
}

/**
 * Replaces the latest report if it is still the one that the run began with; false when another run came first, and then nothing of
 * this one counts. The report that is replaced goes to the history before, under its time: a crash between the two leaves it in both.
 */
export async function commitReport(
  store: ObjectStore,
  next: StoredReport,
  base: { stored: StoredReport; etag: string } | null,
): Promise<boolean> {
  if (base !== null) {
    const { report } = base.stored;
    const day = new Date(report.atMs).toISOString().slice(0, 10);
    await store.put(`${HISTORY_PREFIX}${day}/${report.atMs}.json`, bytesOf(report));
  }
  const condition = base === null ? ({ ifAbsent: true } as const) : { ifEtag: base.etag };
  return (await store.put(LATEST_KEY, bytesOf(next), condition)) !== null;
}

/** Deletes reports older than the history, and aggregates that no report names any more and no running run can be about to name. */
export async function sweepReports(store: ObjectStore, state: QualityState, nowMs: number): Promise<void> {
  const firstDay = new Date(nowMs - HISTORY_DAYS * DAY_MS).toISOString().slice(0, 10);
  const named = new Set(Object.values(state.days).flatMap((days) => Object.values(days)));
  const gone: string[] = [];
  for await (const { key } of listAll(store, HISTORY_PREFIX)) {
    if (key.slice(HISTORY_PREFIX.length, HISTORY_PREFIX.length + 10) >= firstDay) break;
    gone.push(key);
  }
  for await (const { key } of listAll(store, `${PREFIX}/aggregates/`)) {
    const writtenAtMs = Number(/\/(\d+)-[^/]+$/.exec(key)?.[1] ?? nowMs);
    if (!named.has(key) && nowMs - writtenAtMs > DAY_MS) gone.push(key);
  }
  for (let from = 0; from < gone.length; from += 1_000) await store.delete(gone.slice(from, from + 1_000));
}

/** A day's aggregates; none where they were never written. */
export async function readDay(store: ObjectStore, key: string | undefined): Promise<DayParts> {
  const object = key === undefined ? null : await store.get(key);
  return object === null ? {} : parse<DayParts>(object.bytes);
}

/** Writes a day's aggregates under a name of their own: nothing reads it until a report names it. */
export async function writeDay(
  store: ObjectStore,
  { table, day, nowMs }: { table: string; day: string; nowMs: number },
  parts: DayParts,
): Promise<string> {
  const bytes = bytesOf(parts);
  const hash = (await sha256Hex(bytes)).slice(0, 16);
  const key = `${PREFIX}/aggregates/${table}/${day}/${nowMs}-${hash}.json`;
  await store.put(key, bytes);
  return key;
}

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value)) as Uint8Array<ArrayBuffer>;
}

function parse<T>(bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(bytes)) as T;
}
