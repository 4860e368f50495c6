import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { EVENT_COLUMNS, type StoredEvent } from "../../src/events/index.ts";
import {
  EVENTS,
  encodeRows,
  ITEM_CHANGES,
  type ItemChange,
  openLake,
  type ScannedRows,
} from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { randomEvent } from "./events.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const ALL = EVENT_COLUMNS.map(({ name }) => name);

it("gives back every column of every event, whatever is absent", async () => {
  const prng = createPrng("round trip");
  const events = Array.from({ length: 1_500 }, () => randomEvent(prng, prng.pick(["one", "two"]), NOW_MS));
  const lake = openLake(memoryObjectStore());
  await lake.writeEvents(events);
  const read = await collect(lake.scanEvents("one", { columns: ALL }));
  expect(byId(read)).toEqual(byId(events.filter(({ tenant }) => tenant === "one")));
});

it("writes files that DuckDB reads: same rows, real timestamps", async () => {
  const prng = createPrng("duckdb");
  const events = Array.from({ length: 300 }, () => randomEvent(prng, "one", NOW_MS));
  const folder = await mkdtemp(path.join(tmpdir(), "lakeshore-"));
  const file = path.join(folder, "events.parquet");
  await writeFile(file, encodeRows(EVENTS, events).bytes);
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const types = await connection.runAndReadAll(
      `DESCRIBE SELECT occurred_at, is_bot, duration_ms FROM '${file}'`,
    );
    expect(types.getColumns()[1]).toEqual(["TIMESTAMP WITH TIME ZONE", "BOOLEAN", "BIGINT"]);
    const columns = EVENT_COLUMNS.map(({ name, type }) =>
      type === "timestamp_ms" ? `epoch_ms(${name}) AS ${name}` : name,
    );
    const rows = await connection.runAndReadAll(`SELECT ${columns.join(", ")} FROM '${file}'`);
    const read = rows.getRowObjectsJS().map((row) => {
      const event: Record<string, unknown> = {};
      for (const { name, type } of EVENT_COLUMNS) {
        const value = row[name];
        if (value === null || value === undefined) continue;
        event[name] =
          type === "json" ? JSON.parse(value as string) : typeof value === "bigint" ? Number(value) : value;
      }
      return event as unknown as StoredEvent;
    });
    expect(byId(read)).toEqual(byId(events));
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
});

it("keeps a deleted item as its id, and an item as it was", async () => {
  const lake = openLake(memoryObjectStore());
  const changes: ItemChange[] = [
    {
      tenant: "one",
      item_id: "a",
      changed_at: NOW_MS,
      deleted: false,
      title: "A",
      tags: ["x", "y"],
      stock: 0,
      price: 1.5,
    },
    { tenant: "one", item_id: "a", changed_at: NOW_MS + 1, deleted: true },
  ];
  await lake.append(ITEM_CHANGES, changes);
  const read = await collect(
    lake.scan(ITEM_CHANGES, { tenant: "one", columns: ITEM_CHANGES.columns.map(({ name }) => name) }),
  );
  expect(read).toEqual(changes);
});

it("refuses a row without a required column", async () => {
  const event = randomEvent(createPrng(1), "one", NOW_MS) as Partial<StoredEvent>;
  delete event.consent;
  await expect(openLake(memoryObjectStore()).writeEvents([event as StoredEvent])).rejects.toThrow("consent");
});

/** Rows as objects, without their nulls. */
async function collect<Row, Name extends keyof Row & string>(
  groups: AsyncGenerator<ScannedRows<Row, Name>>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { rows: count, columns } of groups) {
    const entries = Object.entries(columns) as [Name, unknown[]][];
    for (let i = 0; i < count; i++) {
      const cells = entries.map(([name, cells]) => [name, cells[i]]).filter(([, cell]) => cell !== null);
      rows.push(Object.fromEntries(cells) as Row);
    }
  }
  return rows;
}

function byId(events: readonly StoredEvent[]): Map<string, StoredEvent> {
  return new Map(events.map((event) => [event.event_id, event]));
}
