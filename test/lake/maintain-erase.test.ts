import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS, MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import {
  type Erasure,
  EVENTS,
  erase,
  INTERACTIONS,
  openLake,
  type Selection,
  WAREHOUSE_URI,
} from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { crashingStore } from "./crashing-store.ts";
import { randomEvent } from "./events.ts";
import { copyInto, keysOf, scanRows } from "./rows.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const LATER_MS = NOW_MS + DAY_MS;

const ERASURE: Erasure = {
  id: "erasure-1",
  anyOf: [
    { tenant: "a", column: "user_id", values: ["user-3"] },
    { tenant: "a", column: "anonymous_id", values: ["device-4 é𝄞", "device-5 é𝄞"] },
  ],
  requestedMs: LATER_MS,
};

function isErased({ tenant, user_id, anonymous_id }: StoredEvent): boolean {
  const device = /^device-[45] /.test(anonymous_id ?? "");
  return tenant === "a" && (user_id === "user-3" || device);
}

async function withCommits(rowsPerCommit = 60) {
  const store = memoryObjectStore();
  const lake = openLake(store);
  const prng = createPrng("erasure");
  const rows: StoredEvent[] = [];
  for (let index = 0; index < 5; index++) {
    const tenants = index < 4 ? ["a", "b"] : ["b"];
    const more = Array.from({ length: rowsPerCommit }, () => randomEvent(prng, prng.pick(tenants), NOW_MS));
    rows.push(...more);
    await lake.append(EVENTS, more, { nowMs: NOW_MS + index * MINUTE_MS });
    // The last ones are still pending.
    if (index < 4) await lake.commitPending(EVENTS, { nowMs: NOW_MS + index * MINUTE_MS });
  }
  return { store, lake, rows };
}

async function untilDone(store: ObjectStore, unitsMax = 2) {
  const units = [];
  for (let round = 0; round < 20; round++) {
    const done = await erase(store, EVENTS, ERASURE, {
      nowMs: LATER_MS,
      unitsMax,
      warehouseUri: WAREHOUSE_URI,
    });
    units.push(...done.units);
    if (done.done) return units;
  }
  throw new Error("not done after 20 rounds");
}

const byId = (rows: readonly StoredEvent[]) => rows.toSorted((a, b) => (a.event_id < b.event_id ? -1 : 1));

describe("an erasure", () => {
  it("takes a subject's rows out of the table and of every object, and nobody else's", async () => {
    const { store, lake, rows } = await withCommits();
    const before = await lake.snapshot(EVENTS, {});
    const erased = rows.filter(isErased);
    expect(erased.length).toBeGreaterThan(3);
    const units = await untilDone(store);
    expect(units.filter(({ job }) => job === "erase").reduce((sum, unit) => sum + unit.rows, 0)).toBe(
      erased.length,
    );
    expect(byId(await scanRows(lake, EVENTS))).toEqual(byId(rows.filter((row) => !isErased(row))));
    const files = (await keysOf(store)).filter((key) => key.endsWith(".parquet"));
    expect(files.sort()).toEqual((await lake.files(EVENTS)).map(({ path }) => path).sort());
    expect((await lake.snapshot(EVENTS, {}))?.summary).toMatchObject({ "lakeshore.erasure": "erasure-1" });
    await expect(lake.snapshot(EVENTS, { snapshotId: before?.id ?? 0 })).rejects.toMatchObject({
      kind: "erased",
    });
    await expect(lake.snapshot(EVENTS, { asOfMs: NOW_MS + MINUTE_MS })).rejects.toMatchObject({
      kind: "erased",
    });
    expect(await untilDone(store)).toEqual([]);
  });

  it("takes rows up to a time only, and of a device only those of nobody else", async () => {
    const { store, lake, rows } = await withCommits(300);
    const times = rows.map(({ received_at }) => received_at).sort((a, b) => a - b);
    const until = { column: "received_at", atMs: times[times.length >> 1] ?? 0 };
    const selections: Selection[] = [
      { tenant: "a", column: "user_id", values: ["user-3"], until },
      { tenant: "b", column: "user_id", values: ["user-2"], until: { ...until, atMs: until.atMs + 1 } },
      { tenant: "b", column: "anonymous_id", values: ["device-4 é𝄞"], until, without: "user_id" },
    ];
    const erasure = { id: "erasure-1", anyOf: selections, requestedMs: LATER_MS };
    const goes = ({ tenant, user_id, anonymous_id, received_at }: StoredEvent) =>
      (tenant === "a" && user_id === "user-3" && received_at <= until.atMs) ||
      (tenant === "b" && user_id === "user-2" && received_at <= until.atMs + 1) ||
      (tenant === "b" && !user_id && anonymous_id === "device-4 é𝄞" && received_at <= until.atMs);
    for (const { column, tenant } of selections) {
      const ofRule = rows.filter((row) => row.tenant === tenant && goes(row));
      expect(ofRule.length, `${tenant} ${column}`).toBeGreaterThan(0);
    }
    const options = { nowMs: LATER_MS, unitsMax: 99, warehouseUri: WAREHOUSE_URI };
    expect((await erase(store, EVENTS, erasure, options)).done).toBe(true);
    expect(byId(await scanRows(lake, EVENTS))).toEqual(byId(rows.filter((row) => !goes(row))));
  });

  it("takes tags along, and keeps the table's word on what it was made from", async () => {
    const { store, lake } = await withCommits();
    const first = (await lake.load(EVENTS))?.snapshots[0]?.id ?? 0;
    const word = { "lakeshore.input.some.table": "17" };
    await lake.commit(
      EVENTS,
      { operation: "append", added: [], summary: word },
      { nowMs: NOW_MS + 9 * MINUTE_MS },
    );
    await lake.tag(EVENTS, { name: "train-1", snapshotId: first, keepMs: 90 * DAY_MS }, { nowMs: LATER_MS });
    await untilDone(store);
    await expect(lake.snapshot(EVENTS, { snapshotId: first })).rejects.toThrow(
      `snapshot ${first} of bronze.events`,
    );
    await expect(lake.snapshot(EVENTS, { tag: "train-1" })).rejects.toMatchObject({ kind: "erased" });
    expect((await lake.load(EVENTS))?.snapshots).toMatchObject([{ summary: word }]);
  });

  it("lets a reader go on that has read all, and waits for one that has not", async () => {
    const { store, lake, rows } = await withCommits();
    const mark = (await lake.snapshot(EVENTS, {}))?.id ?? 0;
    const readUpTo = (id: number, nowMs: number) =>
      lake.commit(
        INTERACTIONS,
        { operation: "append", added: [], summary: { "lakeshore.input.bronze.events": String(id) } },
        { nowMs },
      );
    await readUpTo(mark, LATER_MS);
    const options = { nowMs: LATER_MS, unitsMax: 99, warehouseUri: WAREHOUSE_URI };
    expect(await erase(store, EVENTS, ERASURE, options)).toMatchObject({
      done: false,
      waitsForReaders: true,
    });
    expect(await scanRows(lake, EVENTS)).toHaveLength(rows.filter((row) => !isErased(row)).length);
    const unread = await lake.increment(EVENTS, { after: mark });
    expect(unread?.files).toHaveLength(1);
    await readUpTo(unread?.until ?? 0, LATER_MS + 1);
    expect((await erase(store, EVENTS, ERASURE, options)).done).toBe(true);
    const again = await lake.increment(EVENTS, { after: unread?.until ?? 0 });
    expect(again).toBeNull();
    // A second one, before the reader has had anything new.
    const second = { ...ERASURE, id: "erasure-2", requestedMs: LATER_MS + 10 };
    expect((await erase(store, EVENTS, second, { ...options, nowMs: LATER_MS + 10 })).done).toBe(true);
    await lake.append(EVENTS, rows.slice(0, 1), { nowMs: LATER_MS + 2 });
    await lake.commitPending(EVENTS, { nowMs: LATER_MS + MINUTE_MS, force: true });
    const fresh = await lake.increment(EVENTS, { after: unread?.until ?? 0 });
    expect(fresh?.files.map((file) => file.rows)).toEqual([1]);
    await expect(lake.increment(EVENTS, { after: mark })).rejects.toMatchObject({ kind: "erased" });
  });

  it("takes what waits in more entries than one commit has room for", async () => {
    const { store, lake, rows } = await withCommits(20);
    const gone = rows.find(isErased);
    const stays = rows.find((row) => !isErased(row) && row.tenant === "b");
    if (gone === undefined || stays === undefined) throw new Error("there are rows of both kinds");
    for (let file = 0; file < 510; file++) {
      const nowMs = NOW_MS + file * MINUTE_MS;
      await lake.append(EVENTS, [{ ...(file < 508 ? stays : gone), received_at: nowMs }], { nowMs });
    }
    const options = { nowMs: LATER_MS, warehouseUri: WAREHOUSE_URI };
    expect(await erase(store, EVENTS, ERASURE, { ...options, unitsMax: 1 })).toEqual({
      done: false,
      units: [],
    });
    expect((await erase(store, EVENTS, ERASURE, { ...options, unitsMax: 999 })).done).toBe(true);
    await lake.commitPending(EVENTS, { nowMs: LATER_MS + 1, force: true });
    const left = await scanRows(lake, EVENTS);
    expect(left.filter(isErased)).toEqual([]);
    expect(left).toHaveLength(rows.filter((row) => !isErased(row)).length + 508);
  });

  for (const effect of ["before", "after"] as const) {
    it(`may crash at any write (${effect} it took effect), and is finished by the next call`, async () => {
      const { store: template, rows } = await withCommits(15);
      for (let at = 0; ; at++) {
        const store = await copyInto(memoryObjectStore(), template);
        const lake = openLake(store);
        const crashing = crashingStore(store, { at, effect });
        await untilDone(crashing, 99).catch(() => {});
        const others = (all: StoredEvent[]) => byId(all.filter((row) => !isErased(row)));
        await untilDone(store, 99);
        expect(byId(await scanRows(lake, EVENTS))).toEqual(others(rows));
        if (!crashing.crashed()) break;
        expect(at).toBeLessThan(60);
      }
    });
  }
});
