import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/base/index.ts";
import {
  applyTransform,
  type Cell,
  dataFiles,
  type FieldStats,
  type FileFilter,
} from "../../src/iceberg/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { appendOf, committed, created, EXAMPLE, exampleFile, TODAY, warehouseOn } from "./example.ts";

interface Row {
  tenant: string;
  at: number;
  count: number | null;
  value: number | null;
  flag: boolean | null;
}

const row: fc.Arbitrary<Row> = fc.record({
  tenant: fc.oneof(fc.constantFrom("a", "b", "shop"), fc.string({ unit: "binary", maxLength: 60 })),
  at: fc.integer({ min: (TODAY - 2) * DAY_MS, max: (TODAY + 2) * DAY_MS }),
  count: fc.option(fc.maxSafeInteger()),
  value: fc.option(fc.double({ noNaN: true })),
  flag: fc.option(fc.boolean()),
});
const NAMES = ["tenant", "at", "count", "value", "flag"] as const;

/** Rows of one partition, and what a writer says of them. */
function fileOf(rows: readonly Row[]) {
  const partition = partitionOf(rows[0] as Row);
  return exampleFile({
    partition,
    rows: rows.length,
    stats: Object.fromEntries(NAMES.map((name, i) => [i + 1, statsOf(rows.map((r) => r[name]))])),
  });
}

function partitionOf({ at, tenant }: Row): Cell[] {
  const values: Record<number, Cell> = { 1: tenant, 2: at };
  return EXAMPLE.partition.map(({ sourceId, transform }) =>
    applyTransform(transform, sourceId === 1 ? "string" : "timestamptz", values[sourceId] ?? null),
  );
}

function statsOf(values: readonly Cell[]): FieldStats {
  const present = values.filter((value) => value !== null);
  const sorted = present.toSorted((a, b) =>
    typeof a === "string" ? Buffer.compare(Buffer.from(a), Buffer.from(String(b))) : Number(a) - Number(b),
  );
  const nullCount = values.length - present.length;
  if (sorted.length === 0) return { nullCount };
  return { min: sorted[0] as Cell, max: sorted.at(-1) as Cell, nullCount };
}

describe("planning", () => {
  it("never leaves out a file that holds a row asked for", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.boolean(),
        async (groups, pick, equal) => {
          const warehouse = warehouseOn(memoryObjectStore());
          let table = await created(warehouse);
          const byPath = new Map<string, Row[]>();
          for (const rows of groups) {
            // A file holds the rows of one partition.
            const key = (r: Row) => JSON.stringify(partitionOf(r));
            const own = rows.filter((r) => key(r) === key(rows[0] as Row));
            const file = fileOf(own);
            byPath.set(file.path, own);
            table = await committed(warehouse, table, appendOf([file]));
          }
          const all = [...byPath.values()].flat();
          const wanted = all[pick % all.length] as Row;
          const ranges = Object.fromEntries(
            NAMES.flatMap((name, index) => {
              const value = wanted[name];
              if (value === null) return [];
              return [
                [index + 1, equal || typeof value !== "number" ? { min: value, max: value } : { min: value }],
              ];
            }),
          );
          const filters: FileFilter[] = [
            { ranges },
            { partition: partitionOf(wanted) },
            { ranges, partition: [partitionOf(wanted)[0]] },
          ];
          for (const filter of filters) {
            const files = await dataFiles(warehouse, table, table.current?.id ?? 0, filter);
            const rows = files.flatMap(({ path }) => byPath.get(path) ?? []);
            expect(rows).toContainEqual(wanted);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("reads only what the partitions and bounds allow", async () => {
    const store = memoryObjectStore();
    const warehouse = warehouseOn(store);
    let table = await created(warehouse);
    const days = Array.from({ length: 20 }, (_, index) => TODAY - index);
    for (const day of days) {
      const at = { min: day * DAY_MS, max: day * DAY_MS + 9, nullCount: 0 };
      const files = ["a", "b"].map((tenant) =>
        exampleFile({
          partition: [day, 1, tenant],
          stats: { 1: { min: tenant, max: tenant, nullCount: 0 }, 2: at },
        }),
      );
      table = await committed(warehouse, table, appendOf(files));
    }
    const id = table.current?.id ?? 0;
    store.calls.length = 0;
    const range = { min: (TODAY - 1) * DAY_MS, max: TODAY * DAY_MS };
    const files = await dataFiles(warehouse, table, id, {
      ranges: { 2: range },
      partition: [undefined, undefined, "a"],
    });
    expect(files.map(({ partition }) => partition)).toEqual([
      [TODAY - 1, 1, "a"],
      [TODAY, 1, "a"],
    ]);
    // The list and two manifests.
    expect(store.calls).toHaveLength(3);
    expect(await dataFiles(warehouse, table, id, { ranges: { 2: { min: TODAY * DAY_MS + 10 } } })).toEqual(
      [],
    );
    expect(await dataFiles(warehouse, table, id, { partition: [null] })).toEqual([]);
    expect(await dataFiles(warehouse, table, id, { ranges: { 2: {} } })).toHaveLength(40);
  });

  it("finds null partitions by null only", async () => {
    const warehouse = warehouseOn(memoryObjectStore());
    const files = [exampleFile({ partition: [null, 1, "a"] }), exampleFile({ partition: [TODAY, 1, "a"] })];
    const table = await committed(warehouse, await created(warehouse), appendOf(files));
    const id = table.current?.id ?? 0;
    expect(await dataFiles(warehouse, table, id, { partition: [null] })).toMatchObject([
      { path: files[0]?.path },
    ]);
    expect(await dataFiles(warehouse, table, id, { partition: [TODAY] })).toMatchObject([
      { path: files[1]?.path },
    ]);
  });
});
