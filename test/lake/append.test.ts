import { expect, it } from "vitest";
import { createPrng, listAll, type ObjectStore } from "../../src/base/index.ts";
import { openLake, type PendingFile } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { randomEvent } from "./events.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 0, 30);

it("writes the same rows twice as one file, in whatever order they come", async () => {
  const prng = createPrng("same rows");
  const events = Array.from({ length: 50 }, () => randomEvent(prng, prng.pick(["one", "two"]), NOW_MS));
  const store = memoryObjectStore();
  const first = await openLake(store).writeEvents(events);
  const keys = await keysOf(store);
  const second = await openLake(store).writeEvents(prng.shuffle([...events]));
  expect(second.toSorted(byPath)).toEqual(first.toSorted(byPath));
  expect(await keysOf(store)).toEqual(keys);
});

it("puts each row under the day on which it was received", async () => {
  const prng = createPrng("days");
  const events = Array.from({ length: 100 }, () => randomEvent(prng, "one", NOW_MS));
  const store = memoryObjectStore();
  const files = await openLake(store).writeEvents(events);
  const days = new Map(files.map(({ path, rows }) => [path.split("/")[4], rows]));
  const today = events.filter(({ received_at }) => received_at >= Date.UTC(2026, 10, 21)).length;
  expect(today).toBeGreaterThan(0);
  expect(days).toEqual(
    new Map([
      ["day=2026-11-21", today],
      ["day=2026-11-20", events.length - today],
    ]),
  );
});

it("leaves a pending entry with the statistics of each column", async () => {
  const prng = createPrng("pending");
  const events = ["b", "a", "c"].map((tenant) => ({
    ...randomEvent(prng, tenant, Date.UTC(2026, 10, 21, 9, 5)),
    received_at: Date.UTC(2026, 10, 21, 9, 4),
  }));
  const store = memoryObjectStore();
  const [file] = await openLake(store).writeEvents(events);
  const [key] = (await keysOf(store)).filter((name) =>
    name.startsWith("lake/pending/events/2026-11-21T09-04/"),
  );
  const pending = JSON.parse(new TextDecoder().decode((await store.get(key ?? ""))?.bytes)) as PendingFile;
  expect(pending).toMatchObject({ v: 1, table: "events", rows: 3, ...file });
  expect(pending.stats.tenant).toEqual({ min: "a", max: "c", nullCount: 0 });
  expect(pending.stats.received_at).toEqual({
    min: Date.UTC(2026, 10, 21, 9, 4),
    max: Date.UTC(2026, 10, 21, 9, 4),
    nullCount: 0,
  });
  expect(pending.stats.country?.nullCount).toBe(events.filter(({ country }) => country === undefined).length);
});

it("writes the entry after a crash between file and entry", async () => {
  const store = memoryObjectStore();
  const events = [randomEvent(createPrng(3), "one", NOW_MS)];
  const crashing: ObjectStore = {
    ...store,
    put: (key, ...rest) =>
      key.startsWith("lake/pending/") ? Promise.reject(new Error("crash")) : store.put(key, ...rest),
  };
  await expect(openLake(crashing).writeEvents(events)).rejects.toThrow("crash");
  expect(await keysOf(store)).toHaveLength(1);
  await openLake(store).writeEvents(events);
  expect(await keysOf(store)).toHaveLength(2);
});

const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(store, "")) keys.push(key);
  return keys;
}
