import { describe, expect, it } from "vitest";
import { createPrng, MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { EVENTS, type Lake, openLake } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { crashingStore } from "./crashing-store.ts";
import { randomEvent } from "./events.ts";
import { keysOf, scanRows } from "./rows.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

function events(seed: string, count: number): StoredEvent[] {
  const prng = createPrng(seed);
  return Array.from({ length: count }, () => randomEvent(prng, prng.pick(["a", "b"]), NOW_MS));
}

async function livePaths(lake: Lake): Promise<string[]> {
  return (await lake.files(EVENTS)).map(({ path }) => path);
}

const pendingKeys = (store: ObjectStore) => keysOf(store, "lake/pending/");

describe("a crash between any two writes", () => {
  /** Two rounds of append and commit: the second finds what the first has left. */
  async function live(lake: Lake, delivered: StoredEvent[][]): Promise<void> {
    for (const [round, batch] of delivered.entries()) {
      const nowMs = NOW_MS + round * MINUTE_MS;
      await lake.append(EVENTS, batch, { nowMs });
      await lake.commitPending(EVENTS, { nowMs });
    }
  }

  for (const effect of ["before", "after"] as const) {
    it(`loses no row and brings no file twice, the write being ${effect === "after" ? "done" : "undone"}`, async () => {
      const delivered = [events("first", 4), events("second", 4)];
      let points = 0;
      for (let at = 0; ; at++) {
        const store = memoryObjectStore();
        const dying = crashingStore(store, { at, effect });
        const outcome = await live(openLake(dying), delivered).then(
          () => "done",
          () => "crashed",
        );
        if (!dying.crashed()) break;
        expect(outcome).toBe("crashed");
        points++;
        // Another process takes over: everything is delivered again, as nothing was acknowledged.
        const lake = openLake(store);
        await live(
          lake,
          delivered.map((batch) => batch.slice()),
        );
        await lake.commitPending(EVENTS, { nowMs: NOW_MS + 9 * MINUTE_MS });
        const paths = await livePaths(lake);
        expect(new Set(paths).size).toBe(paths.length);
        const ids = new Set((await scanRows(lake, EVENTS)).map(({ event_id }) => event_id));
        expect(ids).toEqual(new Set(delivered.flat().map(({ event_id }) => event_id)));
        expect(await pendingKeys(store)).toEqual([]);
      }
      // File and entry by partition, the empty table, manifest, list, metadata, hint and the deletion, twice.
      expect(points).toBeGreaterThan(14);
    });
  }

  it("brings a file once whose entry outlived its commit, also when compaction has replaced it since", async () => {
    const store = memoryObjectStore();
    const noDelete: ObjectStore = { ...store, delete: () => Promise.reject(new Error("crashed")) };
    const first = events("kept", 6);
    await openLake(store).append(EVENTS, first, { nowMs: NOW_MS });
    await expect(openLake(noDelete).commitPending(EVENTS, { nowMs: NOW_MS })).rejects.toThrow("crashed");
    expect((await pendingKeys(store)).length).toBeGreaterThan(0);
    const lake = openLake(store);
    const removed = await livePaths(lake);
    const [file] = await lake.files(EVENTS);
    const writer = lake.writer(EVENTS, { partition: file?.partition ?? [], nowMs: NOW_MS + 1 });
    for await (const { columns, rows } of lake.scan(EVENTS, {
      columns: EVENTS.columns.map(({ name }) => name),
    })) {
      await writer.write(columns, rows);
    }
    await lake.commit(
      EVENTS,
      { operation: "replace", added: await writer.close(), removed },
      { nowMs: NOW_MS + 2 },
    );
    await lake.append(EVENTS, events("new", 2), { nowMs: NOW_MS + MINUTE_MS });
    await lake.commitPending(EVENTS, { nowMs: NOW_MS + MINUTE_MS });
    expect(await scanRows(lake, EVENTS)).toHaveLength(8);
  });

  it("takes no old entry for a new one, however many are waiting", async () => {
    const store = memoryObjectStore();
    const noDelete: ObjectStore = { ...store, delete: () => Promise.reject(new Error("crashed")) };
    for (let file = 0; file < 510; file++) {
      await openLake(store).append(EVENTS, events(`many ${file}`, 1), { nowMs: NOW_MS });
    }
    await expect(openLake(noDelete).commitPending(EVENTS, { nowMs: NOW_MS })).rejects.toThrow("crashed");
    // A slow writer's entries stand before those that were left.
    for (let file = 0; file < 20; file++) {
      await openLake(store).append(EVENTS, events(`slow ${file}`, 1), { nowMs: NOW_MS - MINUTE_MS });
    }
    const lake = openLake(store);
    for (let minute = 1; minute < 4; minute++) {
      await lake.commitPending(EVENTS, { nowMs: NOW_MS + minute * MINUTE_MS });
    }
    const paths = await livePaths(lake);
    expect(paths).toHaveLength(530);
    expect(new Set(paths).size).toBe(530);
  });
});
