import { DAY_MS, type ObjectStore, sha256Hex } from "../base/index.ts";
import type { LiveFile } from "../lake/index.ts";
import {
  type Aggregate,
  addAggregate,
  addPart,
  count,
  type DayParts,
  emptyAggregate,
  type PartAggregate,
} from "./aggregate.ts";
import type { AnyTableChecks } from "./check.ts";
import type { HasItems } from "./has-items.ts";
import { isRecent, type TenantDays } from "./judge.ts";
import type { QualityLake } from "./ports.ts";
import { quarantineFailures } from "./quarantine.ts";
import { hourKey } from "./quarantined-hours.ts";
import { readPart } from "./read-part.ts";
import type { TableReading } from "./report.ts";
import { type QualityState, readDay, writeDay } from "./report-store.ts";
import { changedFiles, dayNumber } from "./table-changes.ts";

/** Four trailing weeks, and a week in which row checks look. Older days are neither kept nor read. */
export const KEEP_DAYS = 36;

/** What a run knows of a table when it is through with it. */
export interface TableState {
  reading: TableReading;
  watermark: number | null;
  /** Keys of the days' aggregates. */
  days: Record<string, string>;
  tenants: Map<string, TenantDays & { days: Map<number, Aggregate> }>;
  /** Rows by `hourKey`. */
  hours: Map<string, number>;
  /** Hours whose rows this run found changed. */
  touched: Set<string>;
  quarantined: number;
}

interface ReadPorts {
  lake: QualityLake;
  store: ObjectStore;
}

/** Reads what changed in a table since the last report, at most about `rowsMax` rows, and adds up what is known of it. */
export async function readTable(
  ports: ReadPorts,
  checks: AnyTableChecks,
  state: QualityState,
  { nowMs, rowsMax, hasItems }: { nowMs: number; rowsMax: number; hasItems: HasItems },
): Promise<TableState> {
  const name = checks.table.name;
  const changes = await changedFiles(ports.lake, checks, {
    after: state.watermarks[name] ?? null,
    rowsMax,
  });
  const result: TableState = {
    reading: { snapshotId: changes.snapshotId, rowsRead: 0, partitionsRead: 0, complete: changes.complete },
    watermark: changes.until,
    days: {},
    tenants: new Map(),
    hours: new Map(),
    touched: new Set(),
    quarantined: 0,
  };
  const known = changes.restarted ? {} : (state.days[name] ?? {});
  const firstDay = Math.floor(nowMs / DAY_MS) - KEEP_DAYS;
  for (const day of new Set([...Object.keys(known), ...changes.days.keys()])) {
    if (day !== "all" && Number(day) < firstDay) continue;
    const parts = await readDay(ports.store, known[day]);
    const files = changes.days.get(day) ?? new Map<string, LiveFile[]>();
    const changed = await updateDay(ports, checks, {
      parts,
      files,
      result,
      nowMs,
      rowsMax,
      hasItems,
    });
    const key = changed ? await writeDay(ports.store, { table: name, day, nowMs }, parts) : known[day];
    if (key !== undefined) result.days[day] = key;
    addDay(result, day, parts, nowMs);
  }
  if (!result.reading.complete) result.watermark = checks.rewritten ? null : changes.until;
  return result;
}

interface DayUpdate {
  parts: DayParts;
  files: ReadonlyMap<string, LiveFile[]>;
  result: TableState;
  nowMs: number;
  rowsMax: number;
  hasItems: HasItems;
}

/** Brings a day's parts up to its files; returns whether anything changed. */
async function updateDay(ports: ReadPorts, checks: AnyTableChecks, update: DayUpdate): Promise<boolean> {
  const { parts, files, result, nowMs, rowsMax, hasItems } = update;
  let changed = false;
  if (checks.rewritten) {
    for (const [key, { tenants }] of Object.entries(parts)) {
      if (files.has(key)) continue;
      touch(result.touched, tenants, {});
      delete parts[key];
      changed = true;
    }
  }
  for (const [key, partFiles] of files) {
    const fingerprint = checks.rewritten ? await fingerprintOf(checks, partFiles) : "";
    const before = parts[key] ?? { fingerprint: "", tenants: {} };
    if (checks.rewritten && before.fingerprint === fingerprint) continue;
    // An increment's rows are read all or not at all; partitions that are compared by their files can wait one by one.
    if (checks.rewritten && result.reading.rowsRead >= rowsMax) {
      result.reading.complete = false;
      continue;
    }
    const { tenants, failures, rows } = await readPart(ports.lake, checks, partFiles, hasItems);
    for (const [file, rowsFailing] of failures) {
      if (rowsFailing.length === 0) continue;
      result.quarantined += await quarantineFailures(ports.lake, checks, {
        file,
        failures: rowsFailing,
        nowMs,
      });
    }
    result.reading.rowsRead += rows;
    result.reading.partitionsRead++;
    touch(result.touched, checks.rewritten ? before.tenants : {}, tenants);
    if (!checks.rewritten) addPart(tenants, before.tenants);
    parts[key] = { fingerprint, tenants };
    changed = true;
  }
  return changed;
}

/** Notes the hours in which two states of a partition have different numbers of rows. */
function touch(touched: Set<string>, before: PartAggregate, after: PartAggregate): void {
  for (const tenant of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[tenant]?.hours ?? {}, after[tenant]?.hours ?? {}];
    for (const hour of new Set([...Object.keys(old), ...Object.keys(now)])) {
      if (old[hour] !== now[hour]) touched.add(hourKey(tenant, Number(hour)));
    }
  }
}

/** Adds a day's parts to what is known of each tenant. */
function addDay(result: TableState, day: string, parts: DayParts, nowMs: number): void {
  const number = dayNumber(day);
  for (const { tenants } of Object.values(parts)) {
    for (const [tenant, aggregate] of Object.entries(tenants)) {
      const data = result.tenants.get(tenant) ?? { days: new Map(), recent: emptyAggregate() };
      result.tenants.set(tenant, data);
      if (isRecent(number, nowMs)) addAggregate(data.recent, aggregate);
      if (number !== null) {
        const sum = data.days.get(number) ?? emptyAggregate();
        sum.rows += aggregate.rows;
        for (const [column, rows] of Object.entries(aggregate.nulls)) count(sum.nulls, column, rows);
        data.days.set(number, sum);
      }
      for (const [hour, rows] of Object.entries(aggregate.hours)) {
        const key = hourKey(tenant, Number(hour));
        result.hours.set(key, (result.hours.get(key) ?? 0) + rows);
      }
    }
  }
}

/** Of the files, and of what is asked of them: a partition is read again for a check that is new. */
async function fingerprintOf({ checks }: AnyTableChecks, files: readonly LiveFile[]): Promise<string> {
  const paths = files.map(({ path }) => path).sort();
  const names = checks.map(({ name }) => name);
  return (await sha256Hex([...names, ...paths].join("\n"))).slice(0, 16);
}
