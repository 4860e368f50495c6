import { HOUR_MS } from "../base/index.ts";
import type { LiveFile, Table } from "../lake/index.ts";
import { aggregateOf, count, type PartAggregate } from "./aggregate.ts";
import type { AnyTableChecks, UniqueCheck } from "./check.ts";
import { type Failure, noteFailure } from "./failure.ts";
import { KeySet } from "./key-set.ts";
import type { QualityLake } from "./ports.ts";
import type { BatchColumns } from "./row-check.ts";

interface Found {
  tenants: PartAggregate;
  failures: Map<LiveFile, Failure[]>;
}

/**
 * Holds a table's unique checks over one whole partition: a first pass keeps eight bytes a row, and only where two agree a
 * second one compares the keys themselves and names the rows.
 */
export async function findRepeats(
  lake: Pick<QualityLake, "scan">,
  checks: AnyTableChecks,
  files: readonly LiveFile[],
  found: Found,
): Promise<void> {
  for (const check of checks.checks) {
    if (check.kind !== "unique") continue;
    const keys = new KeySet();
    for await (const batch of keyedBatches(lake, checks, check, files)) {
      for (let row = 0; row < batch.rows; row++) keys.add(batch.key(row));
    }
    if (keys.distinct < keys.added)
      await nameRepeats(keyedBatches(lake, checks, check, files), check, keys, found);
  }
}

async function nameRepeats(
  batches: AsyncIterable<KeyedBatch>,
  check: UniqueCheck<string>,
  keys: KeySet,
  { tenants, failures: found }: Found,
): Promise<void> {
  const seen = new Set<string>();
  for await (const { file, rows, key, tenant, eventId, receivedHour } of batches) {
    const failures = found.get(file) ?? [];
    for (let row = 0; row < rows; row++) {
      const text = key(row);
      if (!keys.hasTwice(text)) continue;
      if (!seen.has(text)) {
        seen.add(text);
        continue;
      }
      const fault = `${check.columns.join(", ")} ${text} is there already`;
      const failure = { tenant: tenant(row), check: check.name, fault, eventId: eventId(row) };
      const aggregate = aggregateOf(tenants, failure.tenant);
      noteFailure(aggregate, failures, failure);
      // It is no other event: sums by hour count what is there once, so that one fault has one name.
      const hour = receivedHour(row);
      if (hour !== null) count(aggregate.hours, hour, -1);
    }
    if (failures.length > 0) found.set(file, failures);
  }
}

interface KeyedBatch {
  file: LiveFile;
  rows: number;
  key(row: number): string;
  tenant(row: number): string;
  eventId(row: number): string | undefined;
  receivedHour(row: number): string | null;
}

async function* keyedBatches(
  lake: Pick<QualityLake, "scan">,
  { table, idColumn, receivedColumn }: AnyTableChecks,
  check: UniqueCheck<string>,
  files: readonly LiveFile[],
): AsyncGenerator<KeyedBatch> {
  const named = [idColumn, receivedColumn].filter((column) => column !== undefined);
  const columns = [...new Set(["tenant", ...check.columns, ...named])];
  for (const file of files) {
    for await (const batch of lake.scan(table as Table<Record<string, unknown>>, {
      columns,
      files: [file],
    })) {
      const cells: BatchColumns = batch.columns;
      yield {
        file,
        rows: batch.rows,
        key: (row) => JSON.stringify(check.columns.map((column) => cells[column]?.[row])),
        tenant: (row) => cells.tenant?.[row] as string,
        eventId: (row) => (idColumn === undefined ? undefined : (cells[idColumn]?.[row] as string)),
        receivedHour: (row) =>
          receivedColumn === undefined
            ? null
            : String(Math.floor((cells[receivedColumn]?.[row] as number) / HOUR_MS)),
      };
    }
  }
}
