import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { EVENTS, openLake, type Table } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { randomEvent } from "./events.ts";
import { scanRows } from "./rows.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

interface AllTypes {
  row: number;
  text?: string | null;
  json?: object | null;
  long?: number | null;
  double?: number | null;
  boolean?: boolean | null;
  at?: number | null;
}

const ALL_TYPES: Table<AllTypes> = {
  name: "test.all_types",
  path: "lake/test/all_types",
  columns: [
    { id: 1, name: "row", type: "long", required: true },
    { id: 2, name: "text", type: "string", required: false },
    { id: 3, name: "json", type: "json", required: false },
    { id: 4, name: "long", type: "long", required: false },
    { id: 5, name: "double", type: "double", required: false },
    { id: 6, name: "boolean", type: "boolean", required: false },
    { id: 7, name: "at", type: "timestamp_ms", required: false },
  ],
  partition: [],
  sort: ["row"],
};

/** Few distinct values make runs and dictionaries, many make plain pages. */
function column<T>(values: fc.Arbitrary<T>): fc.Arbitrary<(T | null)[]> {
  const some = fc.array(values, { minLength: 1, maxLength: 5 });
  const repeated = some.chain((few) => fc.array(fc.constantFrom(...few), { maxLength: 300 }));
  return fc
    .oneof(repeated, fc.array(values, { maxLength: 40 }))
    .chain((cells) =>
      fc.array(fc.oneof(fc.constant(null), fc.constantFrom(...cells, null)), { maxLength: 300 }),
    );
}

const rows = fc
  .record({
    text: column(fc.string({ unit: "grapheme" })),
    json: column(fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string({ unit: "grapheme" })))),
    long: column(fc.maxSafeInteger()),
    double: column(fc.double({ noNaN: true })),
    boolean: column(fc.boolean()),
    at: column(fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 })),
  })
  .map((columns) => {
    const length = Math.max(1, ...Object.values(columns).map((cells) => cells.length));
    return Array.from({ length }, (_, row): AllTypes => {
      const cells = Object.entries(columns).map(([name, values]) => [name, values[row] ?? null]);
      return { row, ...Object.fromEntries(cells.filter(([, cell]) => cell !== null)) };
    });
  });

it("gives back whatever rows of every type", async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      const lake = openLake(memoryObjectStore());
      const files = await lake.append(ALL_TYPES, given, { nowMs: NOW_MS });
      expect(await scanRows(lake, ALL_TYPES, { files })).toEqual(given);
    }),
    { numRuns: 60 },
  );
});

it("writes files that DuckDB reads: same rows, real timestamps, bounds that hold", async () => {
  const prng = createPrng("duckdb");
  // Columns of several pages, and a dictionary of several frames.
  const events = Array.from({ length: 3_000 }, (_, index) => ({
    ...randomEvent(prng, prng.pick(["one", "two"]), NOW_MS),
    user_id: `user-${index % 1_500}-${"é".repeat(20)}`,
  }));
  const store = memoryObjectStore();
  const [file] = await openLake(store).append(EVENTS, events, { nowMs: NOW_MS });
  const folder = await mkdtemp(path.join(tmpdir(), "lakeshore-"));
  const local = path.join(folder, "events.parquet");
  await writeFile(local, (await store.get(file?.path ?? ""))?.bytes ?? "");
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
    const types = await query(`SELECT column_type FROM (DESCRIBE FROM '${local}')`);
    expect(new Set(types.map(({ column_type }) => column_type))).toEqual(
      new Set(["VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN", "TIMESTAMP WITH TIME ZONE"]),
    );
    const columns = EVENTS.columns.map(({ name, type }) =>
      type === "timestamp_ms" ? `epoch_ms(${name}) AS ${name}` : name,
    );
    const read = (await query(`SELECT ${columns.join(", ")} FROM '${local}'`)).map(eventOf);
    expect(byId(read)).toEqual(byId(events));
    const [found] = await query(`SELECT count(*) AS rows FROM '${local}' WHERE tenant = 'one'`);
    expect(found?.rows).toBe(BigInt(events.filter(({ tenant }) => tenant === "one").length));
    const ids = await query(`SELECT field_id FROM parquet_schema('${local}') WHERE field_id IS NOT NULL`);
    expect(ids.map(({ field_id }) => Number(field_id))).toEqual(EVENTS.columns.map(({ id }) => id));
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
});

function eventOf(row: Record<string, unknown>): StoredEvent {
  const cells = EVENTS.columns.map(({ name, type }) => {
    const value = row[name];
    if (type === "json" && typeof value === "string") return [name, JSON.parse(value)];
    return [name, typeof value === "bigint" ? Number(value) : value];
  });
  return Object.fromEntries(cells.filter(([, cell]) => cell !== null && cell !== undefined));
}

function byId(events: readonly StoredEvent[]): Map<string, StoredEvent> {
  return new Map(events.map((event) => [event.event_id, event]));
}
