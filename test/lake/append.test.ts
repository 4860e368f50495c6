import { expect, it } from "vitest";
import { createPrng, type ObjectStore } from "../../src/base/index.ts";
import { EVENTS, openLake } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { randomEvent } from "./events.ts";
import { keysOf, scanRows } from "./rows.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 0, 30);

it("puts each row under the day on which it was received, in the table's order", async () => {
  const prng = createPrng("days");
  const events = Array.from({ length: 100 }, () => randomEvent(prng, prng.pick(["b", "a", "é"]), NOW_MS));
  const lake = openLake(memoryObjectStore());
  const files = await lake.append(EVENTS, events, { nowMs: NOW_MS });
  const midnightMs = Date.UTC(2026, 10, 21);
  const today = events.filter(({ received_at }) => received_at >= midnightMs).length;
  expect(today).toBeGreaterThan(0);
  const folders = files.map(({ path, rows }) => [path.split("/")[4], rows]);
  expect(new Map(folders as [string, number][])).toEqual(
    new Map([
      ["received_at_day=2026-11-21", today],
      ["received_at_day=2026-11-20", events.length - today],
    ]),
  );
  expect(new Set(files.map(({ partition }) => partition[0]))).toEqual(
    new Set([midnightMs / 86_400_000, midnightMs / 86_400_000 - 1]),
  );
  for (const file of files) {
    const rows = await scanRows(lake, EVENTS, { files: [file] });
    const places = rows.map(({ tenant, received_at, event_id }) => [tenant, received_at, event_id].join("|"));
    expect(places).toEqual(places.toSorted());
    expect(rows).toHaveLength(file.rows);
  }
});

it("never writes a path twice, not even for the same rows in the same millisecond", async () => {
  const events = [randomEvent(createPrng("twice"), "one", NOW_MS)];
  const store = memoryObjectStore();
  const lake = openLake(store);
  const paths = new Set<string>();
  for (const nowMs of [NOW_MS, NOW_MS, NOW_MS, NOW_MS + 1]) {
    for (const { path } of await lake.append(EVENTS, events, { nowMs })) paths.add(path);
  }
  expect(paths.size).toBe(4);
  expect(await keysOf(store, "lake/pending/bronze.events/")).toHaveLength(4);
});

it("leaves a pending entry with the file and the bounds of each column", async () => {
  const prng = createPrng("pending");
  const receivedAtMs = Date.UTC(2026, 10, 21, 9, 4);
  const events = ["b", "a", "c"].map((tenant) => ({
    ...randomEvent(prng, tenant, NOW_MS),
    received_at: receivedAtMs,
  }));
  const store = memoryObjectStore();
  const nowMs = Date.UTC(2026, 10, 21, 9, 5, 59);
  const [file] = await openLake(store).append(EVENTS, events, { nowMs });
  const keys = await keysOf(store, "lake/pending/");
  expect(keys).toEqual([
    expect.stringMatching(/^lake\/pending\/bronze\.events\/2026-11-21T09-05\/[\w-]+\.json$/),
  ]);
  const entry = JSON.parse(new TextDecoder().decode((await store.get(keys[0] ?? ""))?.bytes));
  expect(entry).toEqual({ v: 1, table: "bronze.events", ...file });
  expect(entry.stats["1"]).toEqual({ min: "a", max: "c", nullCount: 0 });
  expect(entry.stats["17"]).toEqual({ min: receivedAtMs, max: receivedAtMs, nullCount: 0 });
  const withoutCountry = events.filter(({ country }) => country === undefined).length;
  expect(entry.stats["20"].nullCount).toBe(withoutCountry);
});

it("tells nobody of a file whose entry a crash prevented, and the rows' retry brings them", async () => {
  const store = memoryObjectStore();
  const events = [randomEvent(createPrng(3), "one", NOW_MS)];
  const crashing: ObjectStore = {
    ...store,
    put: (key, ...rest) =>
      key.startsWith("lake/pending/") ? Promise.reject(new Error("crash")) : store.put(key, ...rest),
  };
  await expect(openLake(crashing).append(EVENTS, events, { nowMs: NOW_MS })).rejects.toThrow("crash");
  const lake = openLake(store);
  expect(await lake.commitPending(EVENTS, { nowMs: NOW_MS })).toBeNull();
  await lake.append(EVENTS, events, { nowMs: NOW_MS + 1_000 });
  await lake.commitPending(EVENTS, { nowMs: NOW_MS + 1_000 });
  expect(await scanRows(lake, EVENTS)).toEqual(events);
});

it("refuses a row without a required column, and writes nothing", async () => {
  const { consent: _, ...event } = randomEvent(createPrng(1), "one", NOW_MS);
  const store = memoryObjectStore();
  await expect(openLake(store).append(EVENTS, [event as never], { nowMs: NOW_MS })).rejects.toThrow(
    "consent",
  );
  expect(await keysOf(store)).toEqual([]);
});
