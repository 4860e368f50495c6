import { HOUR_MS } from "../base/index.ts";
import type { LiveFile, Table } from "../lake/index.ts";
import { aggregateOf, count, type PartAggregate } from "./aggregate.ts";
import { type AnyTableChecks, isRowCheck } from "./check.ts";
import { type Failure, noteFailure } from "./failure.ts";
import { findRepeats } from "./find-repeats.ts";
import type { HasItems } from "./has-items.ts";
import { isNoneKnown } from "./judge.ts";
import type { QualityLake } from "./ports.ts";
import { type BatchColumns, columnsOfCheck, judgeRow } from "./row-check.ts";
import { bucketOf, emptySkew } from "./skew.ts";

export interface PartReading {
  tenants: PartAggregate;
  /** Of tables with ids, by the file that the row stands in. */
  failures: Map<LiveFile, Failure[]>;
  rows: number;
}

/** Reads files of one partition, streaming, and tells how its rows stand by the table's checks. */
export async function readPart(
  lake: Pick<QualityLake, "scan">,
  checks: AnyTableChecks,
  files: readonly LiveFile[],
  hasItems: HasItems,
): Promise<PartReading> {
  const reading: PartReading = { tenants: {}, failures: new Map(), rows: 0 };
  const table = checks.table as Table<Record<string, unknown>>;
  for (const file of files) {
    const failures: Failure[] = [];
    for await (const batch of lake.scan(table, { columns: columnsOf(checks), files: [file] })) {
      readBatch(checks, batch.columns, batch.rows, reading.tenants, failures);
      reading.rows += batch.rows;
    }
    if (failures.length > 0) reading.failures.set(file, failures);
  }
  await findRepeats(lake, checks, files, reading);
  await dropWithoutCatalogue(checks, reading, hasItems);
  return reading;
}

/** Columns that a table's checks read, less those of uniqueness, which has a pass of its own. */
function columnsOf({ checks, receivedColumn, idColumn }: AnyTableChecks): string[] {
  const columns = new Set(["tenant"]);
  for (const check of checks) {
    if (isRowCheck(check)) for (const column of columnsOfCheck(check)) columns.add(column);
    if (check.kind === "null_rate") columns.add(check.column);
    if (check.kind === "clock_skew") for (const column of [check.sent, check.received]) columns.add(column);
  }
  if (receivedColumn !== undefined) columns.add(receivedColumn);
  if (idColumn !== undefined) columns.add(idColumn);
  return [...columns];
}

function readBatch(
  checks: AnyTableChecks,
  columns: BatchColumns,
  rows: number,
  tenants: PartAggregate,
  failures: Failure[],
): void {
  for (let row = 0; row < rows; row++) {
    const tenant = columns.tenant?.[row] as string;
    const aggregate = aggregateOf(tenants, tenant);
    aggregate.rows++;
    if (checks.receivedColumn !== undefined) {
      const receivedAtMs = columns[checks.receivedColumn]?.[row] as number;
      count(aggregate.hours, String(Math.floor(receivedAtMs / HOUR_MS)));
    }
    for (const check of checks.checks) {
      if (check.kind === "null_rate") {
        if ((columns[check.column]?.[row] ?? null) === null) count(aggregate.nulls, check.column);
      } else if (check.kind === "clock_skew") {
        const skewMs = Number(columns[check.received]?.[row]) - Number(columns[check.sent]?.[row]);
        aggregate.skew[check.name] ??= emptySkew();
        const histogram = aggregate.skew[check.name] as number[];
        const bucket = bucketOf(skewMs);
        histogram[bucket] = (histogram[bucket] ?? 0) + 1;
      } else if (isRowCheck(check)) {
        const verdict = judgeRow(check, columns, row);
        if (verdict === "skip") continue;
        count(aggregate.tested, check.name);
        if (verdict === "ok") continue;
        const eventId =
          checks.idColumn === undefined ? undefined : (columns[checks.idColumn]?.[row] as string);
        noteFailure(aggregate, failures, { tenant, check: check.name, fault: verdict.fault, eventId });
      }
    }
  }
}

/** Who never sent a catalogue has no unknown items; the verdict says so, and quarantine is not to fill up with all rows. */
async function dropWithoutCatalogue(
  { checks }: AnyTableChecks,
  { tenants, failures }: PartReading,
  hasItems: HasItems,
): Promise<void> {
  for (const check of checks) {
    if (check.kind !== "referential") continue;
    const bare = new Set<string>();
    for (const [tenant, aggregate] of Object.entries(tenants)) {
      if (isNoneKnown(check, aggregate) && !(await hasItems(tenant))) bare.add(tenant);
    }
    for (const [file, rows] of failures) {
      const kept = rows.filter(({ check: name, tenant }) => name !== check.name || !bare.has(tenant));
      failures.set(file, kept);
    }
  }
}
