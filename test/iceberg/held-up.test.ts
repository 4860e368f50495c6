import { describe, expect, it } from "vitest";
import { MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import {
  commitChange,
  createTable,
  loadTable,
  metadataKey,
  type Warehouse,
} from "../../src/iceberg/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { appendOf, committed, created, EXAMPLE, exampleFile, NOW_MS, warehouseOn } from "./example.ts";

const HINT = `${EXAMPLE.prefix}/metadata/version-hint.text`;

async function withTable() {
  const store = memoryObjectStore();
  const warehouse = warehouseOn(store);
  const table = await committed(warehouse, await created(warehouse), appendOf([exampleFile()]));
  return { store, warehouse, table };
}

const hintOf = async (store: ObjectStore) =>
  new TextDecoder().decode((await store.get(HINT))?.bytes ?? new Uint8Array());

/** Others commit some versions more. */
async function goOn(warehouse: Warehouse, versions: number) {
  let table = await loadTable(warehouse, EXAMPLE.prefix);
  for (let index = 0; index < versions && table !== null; index++) {
    table = await committed(warehouse, table, { properties: { index: String(index) } });
  }
  if (table === null) throw new Error("there is a table");
  return table;
}

/** As trimming does that keeps the newest few, in their order. */
async function trimTo(store: ObjectStore, version: number) {
  for (let old = 1; old < version; old++) await store.delete([metadataKey(EXAMPLE.prefix, old)]);
}

/** A store on which the creation of a version's metadata waits for something else to happen first, or has it happen right after. */
function stalling(
  store: ObjectStore,
  version: number,
  { before, after }: { before?: () => Promise<void>; after?: () => Promise<void> },
): ObjectStore {
  return {
    ...store,
    async put(key, bytes, condition) {
      const isHeld = key === metadataKey(EXAMPLE.prefix, version);
      if (isHeld) await before?.();
      const put = await store.put(key, bytes, condition);
      if (isHeld) await after?.();
      return put;
    },
  };
}

describe("a committer whose base is old", () => {
  it("is refused when it loaded more than five minutes ago, and gets in when it loads again", async () => {
    const { store } = await withTable();
    let nowMs = NOW_MS;
    const warehouse = { ...warehouseOn(store), clock: () => nowMs };
    const commitAfter = async (minutes: number) => {
      const base = await loadTable(warehouse, EXAMPLE.prefix);
      if (base === null) throw new Error("there is a table");
      nowMs += minutes * MINUTE_MS;
      return commitChange(warehouse, base, appendOf([exampleFile()]), { nowMs });
    };
    expect(await commitAfter(5.1)).toEqual({ ok: false, error: "conflict" });
    expect((await loadTable(warehouse, EXAMPLE.prefix))?.version).toBe(2);
    expect(await commitAfter(5)).toMatchObject({ ok: true, value: { version: 3, loadedMs: nowMs } });
  });

  it("is as old as what it was made from, when it comes from a commit", async () => {
    const { store } = await withTable();
    let nowMs = NOW_MS;
    const warehouse = { ...warehouseOn(store), clock: () => nowMs };
    const made = await goOn(warehouse, 1);
    nowMs += 6 * MINUTE_MS;
    expect(await commitChange(warehouse, made, appendOf([exampleFile()]), { nowMs })).toEqual({
      ok: false,
      error: "conflict",
    });
  });
});

describe("a create that is held up until its number was trimmed", () => {
  it("is no commit: the table and its hint stay with the others, and nothing is left of it", async () => {
    const { store, warehouse, table } = await withTable();
    const before = async () => {
      await trimTo(store, (await goOn(warehouse, 20)).version - 5);
    };
    const slow = warehouseOn(stalling(store, 3, { before }));
    const late = await commitChange(slow, table, appendOf([exampleFile()]), { nowMs: NOW_MS });
    expect(late).toEqual({ ok: false, error: "conflict" });
    expect(await hintOf(store)).toBe("22");
    expect(await store.etag(metadataKey(EXAMPLE.prefix, 3))).toBeNull();
    const again = await loadTable(slow, EXAMPLE.prefix);
    expect(again?.version).toBe(22);
    expect(again?.snapshots).toEqual(table.snapshots);
  });

  it("makes no second table", async () => {
    const store = memoryObjectStore();
    const warehouse = warehouseOn(store);
    const before = async () => {
      await created(warehouse);
      await trimTo(store, (await goOn(warehouse, 20)).version - 5);
    };
    const slow = warehouseOn(stalling(store, 1, { before: once(before) }));
    expect((await createTable(slow, EXAMPLE, { nowMs: NOW_MS + 1 })).version).toBe(21);
    expect(await hintOf(store)).toBe("21");
  });

  it("stands when only its answer was held up", async () => {
    const { store, warehouse, table } = await withTable();
    const after = async () => {
      await trimTo(store, (await goOn(warehouse, 20)).version - 5);
    };
    const slow = warehouseOn(stalling(store, 3, { after: once(after) }));
    const result = await commitChange(slow, table, appendOf([exampleFile()]), { nowMs: NOW_MS });
    expect(result).toMatchObject({ ok: true, value: { version: 3 } });
    expect(await hintOf(store)).toBe("23");
    expect((await loadTable(warehouse, EXAMPLE.prefix))?.snapshots).toHaveLength(2);
  });
});

describe("the hint", () => {
  it("stays where others have moved it meanwhile", async () => {
    const { store, warehouse, table } = await withTable();
    const after = async () => void (await goOn(warehouse, 4));
    const slow = warehouseOn(stalling(store, 3, { after: once(after) }));
    const result = await commitChange(slow, table, appendOf([exampleFile()]), { nowMs: NOW_MS });
    expect(result).toMatchObject({ ok: true, value: { version: 3 } });
    expect(await hintOf(store)).toBe("7");
  });

  it("is put right when it names what never was", async () => {
    const { store, warehouse } = await withTable();
    for (const wrong of ["99", "none"]) {
      await store.put(HINT, new TextEncoder().encode(wrong));
      const { version } = await goOn(warehouse, 1);
      expect(await hintOf(store)).toBe(String(version));
    }
  });
});

function once(work: () => Promise<void>): () => Promise<void> {
  let done = false;
  return async () => {
    if (done) return;
    done = true;
    await work();
  };
}
