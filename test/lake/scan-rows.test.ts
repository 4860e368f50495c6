import * as fc from "fast-check";
import { expect, it } from "vitest";
import { DAY_MS } from "../../src/base/index.ts";
import { type ColumnRange, compareCells, openLake, type Table } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { scanRows } from "./rows.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

interface Row {
  tenant: string;
  key: number;
  at: number;
  text?: string;
  number?: number;
  flag?: boolean;
}

const ROWS: Table<Row> = {
  name: "test.rows",
  path: "lake/test/rows",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "key", type: "long", required: true },
    { id: 3, name: "at", type: "timestamp_ms", required: true },
    { id: 4, name: "text", type: "string", required: false },
    { id: 5, name: "number", type: "double", required: false },
    { id: 6, name: "flag", type: "boolean", required: false },
  ],
  partition: [
    { column: "tenant", transform: { kind: "bucket", buckets: 2 } },
    { column: "at", transform: { kind: "day" } },
  ],
  sort: ["tenant", "text"],
};

// Beyond U+D7FF the order of UTF-16 is not that of UTF-8; a text of 60 characters has a cut bound.
const texts = fc.constantFrom(
  "",
  "a",
  "ab",
  "b",
  "\u{10000}",
  "\uffee",
  "z".repeat(60),
  `${"z".repeat(60)}!`,
);
const times = fc.integer({ min: -2, max: 2 }).map((half) => NOW_MS + (half * DAY_MS) / 2);
const numbers = fc.oneof(fc.constantFrom(-1.5, -0, 0, 2), fc.double({ noNaN: true }));
const cells = { text: texts, number: numbers, flag: fc.boolean(), at: times, key: fc.nat(20) };

const row = fc.record(
  {
    tenant: fc.constantFrom("a", "b", "c"),
    key: cells.key,
    at: cells.at,
    text: texts,
    number: fc.oneof(numbers, fc.constant(Number.NaN)),
    flag: fc.boolean(),
  },
  { requiredKeys: ["tenant", "key", "at"] },
);

const range = fc
  .constantFrom(...(Object.keys(cells) as (keyof typeof cells)[]))
  .chain((column) =>
    fc.record(
      { column: fc.constant(column), min: cells[column], max: cells[column] },
      { requiredKeys: ["column"] },
    ),
  ) as fc.Arbitrary<ColumnRange<keyof Row>>;

/** What the contract says, a row at a time: null and NaN are in no range. */
function isWanted(
  candidate: Row,
  tenant: string | undefined,
  where: readonly ColumnRange<keyof Row>[],
): boolean {
  if (tenant !== undefined && candidate.tenant !== tenant) return false;
  return where.every(({ column, min, max }) => {
    const cell = candidate[column];
    if (cell === undefined || Number.isNaN(cell)) return false;
    if (min !== undefined && compareCells(cell, min) < 0) return false;
    return max === undefined || compareCells(cell, max) <= 0;
  });
}

it("gives the rows that a filter of everything would leave", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(row, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
      fc.option(fc.constantFrom("a", "b", "z"), { nil: undefined }),
      fc.array(range, { maxLength: 2 }),
      async (batches, tenant, where) => {
        const lake = openLake(memoryObjectStore());
        for (const [index, batch] of batches.entries()) {
          await lake.append(ROWS, batch, { nowMs: NOW_MS + index });
        }
        await lake.commitPending(ROWS, { nowMs: NOW_MS });
        const found = await scanRows(lake, ROWS, { ...(tenant === undefined ? {} : { tenant }), where });
        const wanted = batches.flat().filter((candidate) => isWanted(candidate, tenant, where));
        expect(sorted(found)).toEqual(sorted(wanted));
      },
    ),
    { numRuns: 150 },
  );
});

it("orders files by partition and name, and reads only those that it is given", async () => {
  const lake = openLake(memoryObjectStore());
  const rowOn = (tenant: string, day: number): Row => ({ tenant, key: day, at: NOW_MS + day * DAY_MS });
  const files = await lake.append(ROWS, [rowOn("a", 1), rowOn("b", 0), rowOn("a", 0)], { nowMs: NOW_MS });
  const given = await scanRows(lake, ROWS, { files: files.slice(1) });
  expect(given).toHaveLength(2);
  await lake.commitPending(ROWS, { nowMs: NOW_MS });
  const planned = (await lake.files(ROWS)).map(({ partition }) => partition);
  expect(planned).toEqual(
    planned.toSorted((a, b) => Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1])),
  );
});

it("says so when expiry has overtaken it", async () => {
  const store = memoryObjectStore();
  const lake = openLake(store);
  const files = await lake.append(ROWS, [{ tenant: "a", key: 1, at: NOW_MS }], { nowMs: NOW_MS });
  await store.delete(files.map(({ path }) => path));
  const scan = scanRows(lake, ROWS, { files });
  await expect(scan).rejects.toMatchObject({ name: "LakeError", kind: "expired" });
});

it("has no rows where there is no table, and refuses a column that there is not", async () => {
  const lake = openLake(memoryObjectStore());
  expect(await scanRows(lake, ROWS)).toEqual([]);
  await expect(scanRows(lake, ROWS, { columns: ["nonsense" as "key"] })).rejects.toThrow(
    "no column nonsense",
  );
});

function sorted(rows: readonly Row[]): string[] {
  return rows.map(({ number, ...rest }) => `${JSON.stringify(rest)} ${number}`).sort();
}
