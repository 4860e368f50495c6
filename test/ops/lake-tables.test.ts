import { beforeAll, describe, expect, it } from "vitest";
import { createPrng, MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import { EVENTS, IDENTITY_LINKS, LINEAGE, openLake, TABLES, USER_CHANGES } from "../../src/lake/index.ts";
import { type LakeTable, readSnapshots, readTables, TABLE_WORDS } from "../../src/ops/index.ts";
import { randomEvent } from "../lake/events.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop, makeCurrent } from "../retraining/landed.ts";
import { NOW_MS } from "../retraining/shop-events.ts";

const prng = createPrng("tables");
const eventsOf = (tenant: string, count: number) =>
  Array.from({ length: count }, () => ({ ...randomEvent(prng, tenant, NOW_MS), is_bot: false }));

/** Of a table, what one who asks may know. */
async function told(store: ObjectStore, name: string, tenant: string, isAlone = false): Promise<LakeTable> {
  const tables = await readTables(openLake(store), { tenant, isAlone });
  const table = tables.find((one) => one.name === name);
  if (table === undefined) throw new Error(`${name} is not told of`);
  return table;
}

describe("what is said of tables", () => {
  const store = memoryObjectStore();
  /** Of each table, all that its jobs have read, as `ops.lineage` has it. */
  const recorded = new Map<string, Set<string>>();

  beforeAll(async () => {
    const lake = openLake(store);
    const [event] = eventsOf("shop", 1);
    const item = { item_id: event?.item_id ?? "", title: "A", updated_at: NOW_MS, published_at: NOW_MS };
    await landShop(store, { events: event === undefined ? [] : [event], items: [item] });
    const at = { nowMs: NOW_MS };
    await lake.append(
      IDENTITY_LINKS,
      [
        {
          ...{ tenant: "shop", anonymous_id: "d", user_id: "u", event_id: event?.event_id ?? "" },
          ...{ linked_at: NOW_MS, received_at: NOW_MS },
        },
      ],
      at,
    );
    const change = { tenant: "shop", user_id: "u", changed_at: NOW_MS, deleted: false };
    await lake.append(USER_CHANGES, [change], at);
    await makeCurrent(store);
    await lake.commitPending(LINEAGE, { nowMs: NOW_MS, force: true });
    for await (const { rows, columns } of lake.scan(LINEAGE, { columns: ["output", "inputs"] })) {
      for (let row = 0; row < rows; row++) {
        const inputs = Object.keys(columns.inputs[row] ?? {});
        const known = recorded.get(columns.output[row] ?? "") ?? new Set();
        recorded.set(columns.output[row] ?? "", new Set([...known, ...inputs]));
      }
    }
  });

  it("is said of each declared table, and of no other", () => {
    expect(Object.keys(TABLE_WORDS).sort()).toEqual(TABLES.map(({ name }) => name).sort());
  });

  it("names as origins what the jobs have read", () => {
    expect([...recorded.keys()].sort()).toEqual([
      "gold.item_daily",
      "gold.user_histories",
      "silver.interactions",
      "silver.items",
      "silver.users",
    ]);
    for (const [name, inputs] of recorded) {
      expect(TABLE_WORDS[name]?.madeFrom.toSorted(), name).toEqual([...inputs].sort());
    }
  });
});

describe("a tenant's tables", () => {
  const store = memoryObjectStore();

  beforeAll(async () => {
    const lake = openLake(store);
    // A file of each alone, and one of both.
    for (const [minute, events] of [
      eventsOf("shop", 30),
      eventsOf("hill", 7),
      [...eventsOf("shop", 3), ...eventsOf("hill", 2)],
    ].entries()) {
      // In one day's partition, whatever the hour.
      const received = events.map((event) => ({ ...event, received_at: NOW_MS }));
      await lake.append(EVENTS, received, { nowMs: NOW_MS + minute });
    }
    await lake.commitPending(EVENTS, { nowMs: NOW_MS, force: true });
  });

  it("are counted where a file is the tenant's alone, and never by another's rows", async () => {
    expect(await told(store, "bronze.events", "shop")).toMatchObject({ rows: 30, files: 1, sharedFiles: 1 });
    expect(await told(store, "bronze.events", "hill")).toMatchObject({ rows: 7, files: 1, sharedFiles: 1 });
    const none = { rows: 0, files: 0, bytes: 0 };
    expect(await told(store, "bronze.events", "ma")).toMatchObject(none);
    expect(await told(store, "bronze.events", "aaa")).toMatchObject({ ...none, sharedFiles: 0 });
    expect(await told(store, "silver.interactions", "shop")).toMatchObject({ ...none, snapshot: null });
  });

  it("are the whole lake where there is no other", async () => {
    const table = await told(store, "bronze.events", "shop", true);
    expect(table).toMatchObject({ rows: 42, files: 3, sharedFiles: 0, layer: "bronze", writtenAtMs: NOW_MS });
    const files = await openLake(store).files(EVENTS);
    expect(table.bytes).toBe(files.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(table.columns).toBe(EVENTS.columns.length);
  });

  it("cost no read of a data file", async () => {
    store.calls.length = 0;
    await readTables(openLake(store), { tenant: "shop", isAlone: false });
    expect(store.calls.length).toBeGreaterThan(0);
    expect(store.calls.filter(({ key }) => key.endsWith(".parquet"))).toEqual([]);
  });

  it("tell what each snapshot did, the newest fifty, and no counts where others write too", async () => {
    const lake = openLake(store);
    for (let minute = 1; minute <= 55; minute++) {
      const nowMs = NOW_MS + minute * MINUTE_MS;
      await lake.append(EVENTS, eventsOf("shop", 1), { nowMs });
      await lake.commitPending(EVENTS, { nowMs });
    }
    const alone = await readSnapshots(lake, "bronze.events", { isAlone: true });
    expect(alone?.kept).toBe(56);
    expect(alone?.snapshots).toHaveLength(50);
    expect(alone?.snapshots[0]).toMatchObject({
      ...{ operation: "append", atMs: NOW_MS + 55 * MINUTE_MS },
      counts: { addedRows: 1, deletedRows: 0, addedFiles: 1, deletedFiles: 0, rows: 42 + 55 },
    });
    const among = await readSnapshots(lake, "bronze.events", { isAlone: false });
    expect(among?.snapshots.map(({ id }) => id)).toEqual(alone?.snapshots.map(({ id }) => id));
    expect(among?.snapshots.every(({ counts }) => counts === null)).toBe(true);
    expect(await readSnapshots(lake, "gold.segments", { isAlone: true })).toEqual({ snapshots: [], kept: 0 });
    expect(await readSnapshots(lake, "gold.nothing", { isAlone: true })).toBeNull();
  });
});
