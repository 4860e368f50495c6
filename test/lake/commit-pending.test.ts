import { describe, expect, it } from "vitest";
import { createPrng, MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { EVENTS, type Lake, openLake, QUARANTINE } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
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

describe("a commit of pending files", () => {
  it("makes one append snapshot of them, and takes the entries away", async () => {
    const store = memoryObjectStore();
    const lake = openLake(store);
    expect(await lake.commitPending(EVENTS, { nowMs: NOW_MS })).toBeNull();
    expect(await lake.load(EVENTS)).toBeNull();
    const files = [
      ...(await lake.append(EVENTS, events("one", 10), { nowMs: NOW_MS })),
      ...(await lake.append(EVENTS, events("two", 5), { nowMs: NOW_MS + 1 })),
    ];
    const done = await lake.commitPending(EVENTS, { nowMs: NOW_MS + 2 });
    expect(done).toEqual({ snapshotId: expect.any(Number), files: files.length, rows: 15 });
    expect((await lake.snapshot(EVENTS, {}))?.id).toBe(done?.snapshotId);
    expect((await livePaths(lake)).toSorted()).toEqual(files.map(({ path }) => path).toSorted());
    expect(await pendingKeys(store)).toEqual([]);
    expect(await lake.commitPending(EVENTS, { nowMs: NOW_MS + MINUTE_MS })).toBeNull();
  });

  it("comes once in a minute of the clock, unless it is forced", async () => {
    const lake = openLake(memoryObjectStore());
    const commitOne = async (nowMs: number, force = false) => {
      await lake.append(EVENTS, events(String(nowMs), 1), { nowMs });
      return (await lake.commitPending(EVENTS, { nowMs, force }))?.rows ?? null;
    };
    expect(await commitOne(NOW_MS + 100)).toBe(1);
    expect(await commitOne(NOW_MS + MINUTE_MS - 1)).toBeNull();
    expect(await commitOne(NOW_MS + MINUTE_MS)).toBe(2);
    expect(await commitOne(NOW_MS + MINUTE_MS + 1, true)).toBe(1);
  });

  it("goes over all tables that have entries, past the one that fails", async () => {
    const store = memoryObjectStore();
    const lake = openLake(store);
    await lake.append(EVENTS, events("all", 3), { nowMs: NOW_MS });
    const row = { tenant: "a", reason: "test", body: "", truncated: false, quarantined_at: NOW_MS };
    await lake.append(QUARANTINE, [row], { nowMs: NOW_MS });
    await store.put("lake/bronze/events/metadata/v1.metadata.json", new TextEncoder().encode("{}"));
    const { committed, faults } = await lake.commitAllPending({ nowMs: NOW_MS });
    expect(committed).toEqual({ "ops.quarantine": { snapshotId: expect.any(Number), files: 1, rows: 1 } });
    expect(faults).toEqual([expect.stringContaining("bronze.events: ")]);
  });
});

describe("ten committers at once", () => {
  for (const force of [false, true]) {
    it(`bring every file into the table once, each version by one of them${force ? ", forced" : ""}`, async () => {
      const store = slowStore(memoryObjectStore());
      const lake = openLake(store);
      const files: string[] = [];
      for (let batch = 0; batch < 20; batch++) {
        const written = await lake.append(EVENTS, events(`batch ${batch}`, 5), { nowMs: NOW_MS + batch });
        files.push(...written.map(({ path }) => path));
      }
      const committers = Array.from({ length: 10 }, (_, index) =>
        openLake(store).commitPending(EVENTS, { nowMs: NOW_MS + 100 + index, force }),
      );
      // While they are at it, more comes.
      const late = await lake.append(EVENTS, events("late", 5), { nowMs: NOW_MS + 99 });
      const done = await Promise.all(committers);
      const winners = done.filter((committed) => committed !== null);
      const table = await lake.load(EVENTS);
      expect(winners.length).toBeGreaterThan(0);
      expect(table?.snapshots.map(({ id }) => id)).toEqual(
        expect.arrayContaining(winners.map((one) => one.snapshotId)),
      );
      expect(table?.snapshots).toHaveLength(winners.length);
      // Version 1 was the empty table.
      expect(table?.version).toBe(1 + winners.length);
      await lake.commitPending(EVENTS, { nowMs: NOW_MS + MINUTE_MS });
      const all = [...files, ...late.map(({ path }) => path)];
      expect((await livePaths(lake)).toSorted()).toEqual(all.toSorted());
      expect(await pendingKeys(store)).toEqual([]);
    });
  }

  it("give up when others are always first, and lose nothing", async () => {
    const store = memoryObjectStore();
    await openLake(store).append(EVENTS, events("overtaken", 5), { nowMs: NOW_MS });
    // Right before each of our commits another makes the version, and changes nothing by it.
    const overtaken: ObjectStore = {
      ...store,
      put: async (key, bytes, condition) => {
        const version = Number(/\/v(\d+)\.metadata\.json$/.exec(key)?.[1] ?? 1);
        const before = await store.get(key.replace(`v${version}.`, `v${version - 1}.`));
        if (version > 1 && before !== null) await store.put(key, before.bytes, { ifAbsent: true });
        return store.put(key, bytes, condition);
      },
    };
    const refused = openLake(overtaken).commitPending(EVENTS, { nowMs: NOW_MS });
    await expect(refused).rejects.toMatchObject({ name: "LakeError", kind: "contended" });
    await openLake(store).commitPending(EVENTS, { nowMs: NOW_MS });
    expect(await scanRows(openLake(store), EVENTS)).toHaveLength(5);
  });
});

/** Every call yields, so that callers interleave. */
function slowStore(store: ObjectStore): ObjectStore {
  const later = async <T>(work: () => Promise<T>) => {
    await new Promise((resolve) => setImmediate(resolve));
    return work();
  };
  return {
    get: (...args) => later(() => store.get(...args)),
    etag: (...args) => later(() => store.etag(...args)),
    put: (...args) => later(() => store.put(...args)),
    list: (...args) => later(() => store.list(...args)),
    delete: (...args) => later(() => store.delete(...args)),
  };
}
