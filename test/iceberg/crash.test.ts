import { describe, expect, it } from "vitest";
import type { ObjectStore } from "../../src/base/index.ts";
import { commitChange, createTable, dataFiles, type TableChange } from "../../src/iceberg/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import {
  appendOf,
  committed,
  created,
  EXAMPLE,
  exampleFile,
  loaded,
  NOW_MS,
  pathsOf,
  warehouseOn,
} from "./example.ts";

/** A store whose n-th write fails, before it is done or after: the caller cannot tell. All later ones fail too, as after a crash. */
function crashingStore(store: ObjectStore, failAt: number, done: boolean): ObjectStore {
  let writes = 0;
  return {
    ...store,
    async put(key, bytes, condition) {
      writes++;
      if (writes === failAt && done) await store.put(key, bytes, condition);
      if (writes >= failAt) throw new Error("crashed");
      return store.put(key, bytes, condition);
    },
  };
}

const WRITES = [1, 2, 3, 4, 5, 6];
const DONE = [false, true];

describe.each(WRITES)("a crash at write %i", (failAt) => {
  it.each(DONE)("leaves the table as it was or as it shall be (write done: %s)", async (done) => {
    const store = memoryObjectStore();
    const [a, b, c, d] = [exampleFile(), exampleFile(), exampleFile(), exampleFile()];
    const first = await committed(warehouseOn(store), await created(warehouseOn(store)), appendOf([a, b]));
    const table = await committed(warehouseOn(store), first, appendOf([c]));
    const change: TableChange = {
      snapshot: { operation: "overwrite", added: [d], removed: [a.path], summary: {} },
      tags: [{ name: "kept", snapshotId: first.current?.id ?? 0, keepMs: 1_000 }],
    };
    const crashing = warehouseOn(crashingStore(store, failAt, done));
    const result = await commitChange(crashing, table, change, { nowMs: NOW_MS + 1 }).catch(() => null);
    const after = await loaded(warehouseOn(store));
    const paths = pathsOf(await dataFiles(warehouseOn(store), after, after.current?.id ?? 0));
    const isAfter = after.version === table.version + 1;
    expect(paths).toEqual(pathsOf(isAfter ? [b, c, d] : [a, b, c]));
    expect(after.tags.length).toBe(isAfter ? 1 : 0);
    // Who was told that it is done finds it done; who was told nothing may find either.
    if (result !== null) expect(result.ok && isAfter).toBe(true);
    // The same again, from what is there, ends in the one state.
    const again = isAfter ? after : await committed(warehouseOn(store), after, change, NOW_MS + 1);
    expect(pathsOf(await dataFiles(warehouseOn(store), again, again.current?.id ?? 0))).toEqual(
      pathsOf([b, c, d]),
    );
  });

  it.each(DONE)("leaves a table that was being made, or none (write done: %s)", async (done) => {
    const store = memoryObjectStore();
    const crashing = warehouseOn(crashingStore(store, failAt, done));
    const result = await createTable(crashing, EXAMPLE, { nowMs: NOW_MS }).catch(() => null);
    if (result !== null) expect(await loaded(warehouseOn(store))).toEqual(result);
    expect((await created(warehouseOn(store))).version).toBe(1);
  });
});

describe("a store that refuses a create that it has made", () => {
  it("does not turn a commit into a conflict", async () => {
    const store = memoryObjectStore();
    const table = await created(warehouseOn(store));
    const retrying: ObjectStore = {
      ...store,
      async put(key, bytes, condition) {
        await store.put(key, bytes, condition);
        return store.put(key, bytes, condition);
      },
    };
    const result = await commitChange(warehouseOn(retrying), table, appendOf([exampleFile()]), {
      nowMs: NOW_MS,
    });
    expect(result.ok && result.value.version).toBe(2);
  });
});
