import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import {
  type ColumnsOf,
  EVENTS,
  type Lake,
  openLake,
  StaleBaseError,
  TARGET_FILE_BYTES,
} from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { randomBytes, randomEvent } from "./events.ts";
import { keysOf, scanRows } from "./rows.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const DAY = Math.floor(NOW_MS / 86_400_000);

function columnsOf(events: readonly StoredEvent[]): ColumnsOf<StoredEvent> {
  return Object.fromEntries(EVENTS.columns.map(({ name }) => [name, events.map((event) => event[name])]));
}

describe("a writer", () => {
  it("writes batches of any size as rows in their order, and nothing that anyone sees before the commit", async () => {
    const prng = createPrng("batches");
    const store = memoryObjectStore();
    const lake = openLake(store);
    const events = Array.from({ length: 45_000 }, (_, index) => ({
      ...randomEvent(prng, "a", NOW_MS),
      sent_at: index,
    }));
    const writer = lake.writer(EVENTS, { partition: [DAY], nowMs: NOW_MS });
    for (let from = 0; from < events.length; from += 7_000) {
      const batch = events.slice(from, from + 7_000);
      await writer.write(columnsOf(batch), batch.length);
    }
    const files = await writer.close();
    expect(files).toMatchObject([{ rows: 45_000, partition: [DAY] }]);
    expect(files[0]?.rowGroupOffsets).toHaveLength(9);
    expect(await scanRows(lake, EVENTS)).toEqual([]);
    await lake.commit(EVENTS, { operation: "append", added: files }, { nowMs: NOW_MS });
    const read = await scanRows(lake, EVENTS, { columns: ["event_id", "sent_at"] });
    expect(read).toEqual(events.map(({ event_id, sent_at }) => ({ event_id, sent_at })));
  });

  it("cuts files at the target size", async () => {
    const prng = createPrng("cuts");
    const lake = openLake(memoryObjectStore());
    const event = randomEvent(prng, "a", NOW_MS);
    const writer = lake.writer(EVENTS, { partition: [DAY], nowMs: NOW_MS });
    // Hex of random bytes halves at best: 200 of them a row make a group of some 1 MB.
    const hex = Buffer.from(randomBytes(prng, 20_000 * 200)).toString("hex");
    const rows = Array.from({ length: 20_000 }, (_, row) => ({
      ...event,
      recommendation_id: hex.slice(row * 400, (row + 1) * 400),
    }));
    for (let batch = 0; batch < 5; batch++) await writer.write(columnsOf(rows), rows.length);
    const files = await writer.close();
    expect(files.map(({ rows }) => rows)).toEqual([20_000, 20_000, 20_000, 20_000, 20_000]);
    expect(files[0]?.bytes).toBeGreaterThan(TARGET_FILE_BYTES);
    expect(files[0]?.bytes).toBeLessThan(TARGET_FILE_BYTES * 1.5);
  });

  it("makes no file without rows, and takes a column that is left out for null", async () => {
    const store = memoryObjectStore();
    const lake = openLake(store);
    expect(await lake.writer(EVENTS, { partition: [DAY], nowMs: NOW_MS }).close()).toEqual([]);
    expect(await keysOf(store)).toEqual([]);
    const { country: _, device: __, ...event } = randomEvent(createPrng("null"), "a", NOW_MS);
    const writer = lake.writer(EVENTS, { partition: [DAY], nowMs: NOW_MS });
    const { country: ___, device: ____, ...columns } = columnsOf([event]);
    await writer.write(columns, 1);
    expect(await scanRows(lake, EVENTS, { files: await writer.close() })).toEqual([event]);
  });
});

describe("a commit", () => {
  async function withFile(lake: Lake, seed: string): Promise<string> {
    const [file] = await lake.append(EVENTS, [randomEvent(createPrng(seed), "a", NOW_MS)], { nowMs: NOW_MS });
    await lake.commitPending(EVENTS, { nowMs: NOW_MS, force: true });
    return file?.path ?? "";
  }

  it("keeps its summary with the snapshot: data and watermark are one", async () => {
    const lake = openLake(memoryObjectStore());
    const snapshot = await lake.commit(
      EVENTS,
      { operation: "append", added: [], summary: { "lakeshore.input.bronze.events": "7" } },
      { nowMs: NOW_MS },
    );
    expect(snapshot.summary).toMatchObject({ "lakeshore.input.bronze.events": "7" });
    expect((await lake.snapshot(EVENTS, {}))?.id).toBe(snapshot.id);
  });

  it("goes on over what others have added, and starts again over what they have removed", async () => {
    const lake = openLake(memoryObjectStore());
    const path = await withFile(lake, "one");
    await withFile(lake, "two");
    const remove = () =>
      lake.commit(EVENTS, { operation: "delete", added: [], removed: [path] }, { nowMs: NOW_MS });
    await remove();
    expect(await scanRows(lake, EVENTS)).toHaveLength(1);
    await expect(remove()).rejects.toThrow(StaleBaseError);
  });

  it("insists on the snapshot that it was computed from, but for rewriting in between", async () => {
    const lake = openLake(memoryObjectStore());
    const attempt = (base: number | null) =>
      lake.commit(EVENTS, { operation: "append", added: [], summary: {}, base }, { nowMs: NOW_MS });
    const first = await attempt(null);
    await expect(attempt(null)).rejects.toThrow(StaleBaseError);
    await lake.commit(EVENTS, { operation: "replace", added: [], summary: {} }, { nowMs: NOW_MS });
    const second = await attempt(first.id);
    await expect(attempt(first.id)).rejects.toThrow(StaleBaseError);
    await expect(attempt(123)).rejects.toThrow(StaleBaseError);
    await attempt(second.id);
  });

  it("of two at once over the same base lets one in", async () => {
    const lake = openLake(memoryObjectStore());
    const base = (
      await lake.commit(EVENTS, { operation: "append", added: [], summary: {} }, { nowMs: NOW_MS })
    ).id;
    const runs = ["one", "two", "three"].map((run) =>
      lake.commit(EVENTS, { operation: "append", added: [], summary: { run }, base }, { nowMs: NOW_MS + 1 }),
    );
    const outcomes = await Promise.allSettled(runs);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
