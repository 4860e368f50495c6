import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listAll, type ObjectStore } from "../../src/base/index.ts";
import { dataFiles, reachable, reachedOnlyBy } from "../../src/iceberg/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { committed, created, EXAMPLE, exampleFile, NOW_MS, pathsOf, TODAY, warehouseOn } from "./example.ts";

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(store, EXAMPLE.prefix)) keys.push(key);
  return keys.filter((key) => key.endsWith(".avro") || key.endsWith(".parquet"));
}

/** What each commit adds, which of the live files it removes, and whether its snapshot shall be forgotten. */
const step = fc.record({
  added: fc.integer({ min: 0, max: 3 }),
  removed: fc.array(fc.nat(), { maxLength: 3 }),
  forgotten: fc.boolean(),
});

describe("what only forgotten snapshots reach", () => {
  it("is all that becomes unreachable, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const store = memoryObjectStore();
        const warehouse = warehouseOn(store);
        let table = await created(warehouse);
        let live: string[] = [];
        const states = new Map<number, string[]>();
        for (const [index, { added, removed }] of steps.entries()) {
          const files = Array.from({ length: added }, () =>
            exampleFile({ partition: [TODAY - (index % 3), 1, "a"] }),
          );
          for (const { path } of files) await store.put(path, new Uint8Array(1));
          const gone = [...new Set(removed.flatMap((pick) => live[pick % live.length] ?? []))];
          table = await committed(warehouse, table, {
            snapshot: {
              operation: "overwrite",
              added: files,
              removed: gone,
              summary: { index: String(index) },
            },
          });
          live = [...live.filter((path) => !gone.includes(path)), ...pathsOf(files)].sort();
          states.set(table.current?.id ?? 0, live);
        }
        const expire = table.snapshots.filter((_, index) => steps[index]?.forgotten).map(({ id }) => id);
        const forgotten = expire.filter((id) => id !== table.current?.id);
        const { data, metadata } = await reachedOnlyBy(warehouse, table, new Set(forgotten));
        table = await committed(warehouse, table, { expire: forgotten }, NOW_MS + 1);
        await store.delete([...data, ...metadata]);
        expect((await keysOf(store)).sort()).toEqual([...(await reachable(warehouse, table))].sort());
        for (const { id } of table.snapshots) {
          expect(pathsOf(await dataFiles(warehouse, table, id))).toEqual(states.get(id));
        }
      }),
      { numRuns: 60 },
    );
  });
});
