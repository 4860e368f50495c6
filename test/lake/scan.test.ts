import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS } from "../../src/base/index.ts";
import {
  type ColumnRange,
  compareCells,
  EVENTS,
  type HistoryEntry,
  openLake,
  type ScanProgress,
  type Table,
  tenantBucket,
  USER_HISTORIES,
} from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { randomEvent } from "./events.ts";
import { scanRows } from "./rows.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

/** Counts what a scan asks of the store: files, and bytes of data. */
async function readsOf(
  store: ReturnType<typeof memoryObjectStore>,
  scan: () => AsyncGenerator<{ rows: number }>,
): Promise<{ rows: number; files: number; gets: number; bytes: number }> {
  store.calls.length = 0;
  let rows = 0;
  for await (const batch of scan()) rows += batch.rows;
  const reads = store.calls.filter(({ kind, key }) => kind === "get" && key.includes("/data/"));
  return {
    rows,
    files: new Set(reads.map(({ key }) => key)).size,
    gets: reads.length,
    bytes: reads.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

describe("a scan reads only what it must", () => {
  it("of the days and tenants asked for", async () => {
    const prng = createPrng("days and tenants");
    const store = memoryObjectStore();
    const lake = openLake(store);
    for (let day = 0; day < 5; day++) {
      for (const tenant of ["a", "b"]) {
        const atMs = NOW_MS - day * DAY_MS;
        const events = Array.from({ length: 20 }, () => randomEvent(prng, tenant, atMs));
        await lake.append(EVENTS, events, { nowMs: atMs });
      }
    }
    await lake.commitPending(EVENTS, { nowMs: NOW_MS });
    const all = await readsOf(store, () => lake.scan(EVENTS, { columns: ["event_id"] }));
    expect(all).toMatchObject({ rows: 200, files: 10 });
    const day = {
      column: "received_at",
      min: NOW_MS - DAY_MS - DAY_MS / 2,
      max: NOW_MS - DAY_MS / 2,
    } as const;
    const ofDay = await readsOf(store, () => lake.scan(EVENTS, { columns: ["event_id"], where: [day] }));
    expect(ofDay).toMatchObject({ rows: 40, files: 2, gets: 2 });
    const ofBoth = await readsOf(store, () =>
      lake.scan(EVENTS, { columns: ["event_id"], tenant: "b", where: [day] }),
    );
    expect(ofBoth).toMatchObject({ rows: 20, files: 1, gets: 1 });
    const ofNobody = await readsOf(store, () => lake.scan(EVENTS, { columns: ["event_id"], tenant: "z" }));
    expect(ofNobody).toEqual({ rows: 0, files: 0, gets: 0, bytes: 0 });
  });

  it("of a range of users: their row groups, and of those the columns asked for", async () => {
    const store = memoryObjectStore();
    const lake = openLake(store);
    const users = 700;
    const partition = [tenantBucket("shop")];
    const writer = lake.writer(USER_HISTORIES, { partition, nowMs: NOW_MS });
    for (let user = 0; user < users; user++) {
      const entries = Array.from({ length: 100 }, (_, index) => historyEntry(user, index));
      await writer.write(columnsOf(USER_HISTORIES, entries), entries.length);
    }
    const added = await writer.close();
    await lake.commit(USER_HISTORIES, { operation: "append", added }, { nowMs: NOW_MS });
    const [file] = added;
    expect(file?.rowGroupOffsets).toHaveLength(4);

    // That all rows are the tenant's, the footer says.
    const ofTenant = await readsOf(store, () =>
      lake.scan(USER_HISTORIES, { tenant: "shop", columns: ["item_id"] }),
    );
    expect(ofTenant).toEqual(await readsOf(store, () => lake.scan(USER_HISTORIES, { columns: ["item_id"] })));

    const where = [{ column: "subject", min: subjectOf(300), max: subjectOf(309) }] as const;
    const some = await readsOf(store, () =>
      lake.scan(USER_HISTORIES, { tenant: "shop", columns: ["item_id", "occurred_at"], where }),
    );
    expect(some).toMatchObject({ rows: 1_000, files: 1 });
    // The footer, the filter's columns and the chosen ones of one row group in four.
    expect(some.gets).toBeLessThanOrEqual(4);
    const column = (name: string) => lake.scan(USER_HISTORIES, { columns: [name as "item_id"] });
    const whole = await Promise.all(
      ["tenant", "subject", "item_id", "occurred_at"].map(
        async (name) => (await readsOf(store, () => column(name))).bytes,
      ),
    );
    const footer = 32_000;
    const ofColumns = whole.reduce((sum, bytes) => sum + bytes - footer, 0);
    expect(some.bytes - footer).toBeLessThan(ofColumns * 0.3 + 4 * 16_000);
    expect(some.bytes).toBeLessThan((file?.bytes ?? 0) / 5);

    const none = await readsOf(store, () =>
      lake.scan(USER_HISTORIES, {
        tenant: "shop",
        columns: ["item_id"],
        where: [{ column: "subject", min: "u:300x", max: "u:300y" }],
      }),
    );
    // Between two subjects of one row group: its filter columns are read, and nothing else.
    expect(none).toMatchObject({ rows: 0, files: 1 });
    expect(none.gets).toBeLessThanOrEqual(2);
  });

  it("as `onRead` and `onProgress` tell", async () => {
    const prng = createPrng("told");
    const store = memoryObjectStore();
    const lake = openLake(store);
    for (let file = 0; file < 9; file++) {
      await lake.append(EVENTS, [randomEvent(prng, "a", NOW_MS)], { nowMs: NOW_MS + file });
    }
    await lake.commitPending(EVENTS, { nowMs: NOW_MS });
    const progress: ScanProgress[] = [];
    let told = 0;
    const reads = await readsOf(store, () =>
      lake.scan(EVENTS, {
        columns: ["event_id"],
        onProgress: (step) => progress.push(step),
        onRead: ({ bytes }) => {
          told += bytes;
        },
      }),
    );
    expect(told).toBe(reads.bytes);
    expect(progress[0]).toMatchObject({ filesDone: 0, filesTotal: 9, bytesDone: 0 });
    expect(progress.at(-1)).toMatchObject({ filesDone: 9, bytesDone: progress[0]?.bytesTotal });
  });
});

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

it("has no rows where there is no table, and refuses a column that there is not", async () => {
  const lake = openLake(memoryObjectStore());
  expect(await scanRows(lake, ROWS)).toEqual([]);
  await expect(scanRows(lake, ROWS, { columns: ["nonsense" as "key"] })).rejects.toThrow(
    "no column nonsense",
  );
});

const subjectOf = (user: number) => `u:${String(user).padStart(3, "0")}`;

function historyEntry(user: number, index: number): HistoryEntry {
  return {
    tenant: "shop",
    subject: subjectOf(user),
    occurred_at: NOW_MS + index,
    event_id: `${user}-${index}-${(user * 7919 + index * 104_729) % 1_000_003}`,
    item_id: `item-${(user * 31 + index * 17) % 997}`,
    type: "view",
    type_code: 1,
    weight: 1,
  };
}

function columnsOf<R extends object>(table: Table<R>, rows: readonly R[]) {
  return Object.fromEntries(table.columns.map(({ name }) => [name, rows.map((one) => one[name])])) as {
    [K in keyof R]: R[K][];
  };
}

function sorted(rows: readonly Row[]): string[] {
  return rows.map(({ number, ...rest }) => `${JSON.stringify(rest)} ${number}`).sort();
}
