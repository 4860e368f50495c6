import { expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { EVENTS, openLake, type ScanProgress } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { randomEvent } from "./events.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

it("reads a tenant's rows only, over many files, and tells how far it is", async () => {
  const prng = createPrng("tenants");
  const store = memoryObjectStore();
  const lake = openLake(store);
  const expected: string[] = [];
  for (let file = 0; file < 9; file++) {
    const events = Array.from({ length: 30 }, () => randomEvent(prng, prng.pick(["a", "b", "c"]), NOW_MS));
    expected.push(...events.filter(({ tenant }) => tenant === "b").map(({ event_id }) => event_id));
    await lake.writeEvents(events);
  }
  const progress: ScanProgress[] = [];
  const read: (string | null)[] = [];
  for await (const { rows, columns } of lake.scanEvents("b", {
    columns: ["event_id"],
    onProgress: (p) => progress.push(p),
  })) {
    expect(columns.event_id).toHaveLength(rows);
    read.push(...columns.event_id);
  }
  expect(read.toSorted()).toEqual(expected.toSorted());
  expect(progress[0]).toMatchObject({ filesDone: 0, filesTotal: 9 });
  expect(progress.at(-1)).toMatchObject({ filesDone: 9, bytesDone: progress[0]?.bytesTotal });
});

it("reads only footers of files and row groups without the tenant, and only the columns asked for", async () => {
  const prng = createPrng("bytes");
  const store = memoryObjectStore();
  const lake = openLake(store);
  await lake.writeEvents(
    Array.from({ length: 25_000 }, () => randomEvent(prng, prng.pick(["a", "b"]), NOW_MS)),
  );
  const [size] = store.calls.filter(({ kind }) => kind === "put").map(({ bytes }) => bytes);
  const bytesRead = async (tenant: string, columns: ("item_id" | "event_id" | "occurred_at")[]) => {
    store.calls.length = 0;
    let rows = 0;
    for await (const group of lake.scanEvents(tenant, { columns })) rows += group.rows;
    return {
      rows,
      bytes: store.calls.reduce((sum, { bytes }) => sum + bytes, 0),
      gets: store.calls.length - 1,
    };
  };
  expect(await bytesRead("z", ["item_id"])).toEqual({ rows: 0, bytes: 32_000, gets: 1 });
  const some = await bytesRead("a", ["item_id"]);
  expect(some.rows).toBeGreaterThan(10_000);
  expect(some.bytes).toBeLessThan((size ?? 0) / 10);
  // A footer, then the tenant and the column of each of two row groups.
  expect(some.gets).toBeLessThanOrEqual(5);
});

it("leaves out the days before and after", async () => {
  const prng = createPrng("day range");
  const lake = openLake(memoryObjectStore());
  for (const day of [19, 20, 21])
    await lake.writeEvents([randomEvent(prng, "a", Date.UTC(2026, 10, day, 12))]);
  const days: string[] = [];
  for await (const { path } of lake.scanEvents("a", {
    columns: ["type"],
    fromDay: "2026-11-20",
    toDay: "2026-11-20",
  })) {
    days.push(path.split("/")[4] ?? "");
  }
  expect(days).toEqual(["day=2026-11-20"]);
});

it("has null for a column that a file is too old to have", async () => {
  const lake = openLake(memoryObjectStore());
  const older = { ...EVENTS, columns: EVENTS.columns.filter(({ name }) => name !== "country") };
  const event = { ...randomEvent(createPrng("older"), "a", NOW_MS), country: "DE" };
  await lake.append(older, [event]);
  for await (const { rows, columns } of lake.scanEvents("a", { columns: ["country", "event_id"] })) {
    expect({ rows, ...columns }).toEqual({ rows: 1, country: [null], event_id: [event.event_id] });
  }
});
