import { describe, expect, it } from "vitest";
import { addedFiles, commitChange, createTable, dataFiles, loadTable } from "../../src/iceberg/index.ts";
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

const example = () => warehouseOn(memoryObjectStore());

describe("a table", () => {
  it("is not there before it is made, and is empty then", async () => {
    const warehouse = example();
    expect(await loadTable(warehouse, EXAMPLE.prefix)).toBeNull();
    const table = await created(warehouse);
    expect(table).toEqual(await loaded(warehouse));
    expect(table).toMatchObject({ version: 1, current: null, snapshots: [], fields: EXAMPLE.fields });
  });

  it("is made once: who comes later loads it", async () => {
    const warehouse = example();
    const [first, second] = await Promise.all([
      createTable(warehouse, EXAMPLE, { nowMs: NOW_MS }),
      createTable(warehouse, EXAMPLE, { nowMs: NOW_MS + 1 }),
    ]);
    expect(second.metadata["table-uuid"]).toBe(first.metadata["table-uuid"]);
  });

  it("holds what was appended, as it was described", async () => {
    const warehouse = example();
    const file = exampleFile();
    const table = await committed(warehouse, await created(warehouse), appendOf([file]));
    const id = table.current?.id ?? 0;
    expect(await dataFiles(warehouse, await loaded(warehouse), id)).toEqual([
      { ...file, snapshotId: id, sequenceNumber: 1 },
    ]);
    expect(table.current).toMatchObject({
      parentId: null,
      operation: "append",
      sequenceNumber: 1,
      atMs: NOW_MS,
    });
    expect(table.current?.summary).toMatchObject({
      "added-data-files": "1",
      "added-records": "10",
      "added-files-size": "1000",
      "total-data-files": "1",
      "total-records": "10",
      "total-files-size": "1000",
    });
  });

  it("takes over manifests when it appends, and says what each snapshot added", async () => {
    const warehouse = example();
    const [a, b] = [exampleFile(), exampleFile()];
    const first = await committed(warehouse, await created(warehouse), appendOf([a]));
    const store = warehouse.store as ReturnType<typeof memoryObjectStore>;
    store.calls.length = 0;
    const second = await committed(warehouse, first, appendOf([b]));
    expect(store.calls.filter(({ kind }) => kind === "put")).toHaveLength(4);
    // The parent's list, and the hint, which moves forward only.
    expect(store.calls.filter(({ kind }) => kind === "get")).toHaveLength(2);
    const id = second.current?.id ?? 0;
    expect(pathsOf(await dataFiles(warehouse, second, id))).toEqual(pathsOf([a, b]));
    expect(pathsOf(await addedFiles(warehouse, second, id))).toEqual([b.path]);
    expect(pathsOf(await addedFiles(warehouse, second, first.current?.id ?? 0))).toEqual([a.path]);
    expect(second.current?.parentId).toBe(first.current?.id);
  });

  it("keeps the sequence numbers of what stays when files are replaced", async () => {
    const warehouse = example();
    const [a, b, c, d] = [exampleFile(), exampleFile(), exampleFile(), exampleFile({ rows: 20 })];
    let table = await committed(warehouse, await created(warehouse), appendOf([a, b]));
    table = await committed(warehouse, table, appendOf([c]));
    const before = table.current?.id ?? 0;
    table = await committed(warehouse, table, {
      snapshot: {
        operation: "replace",
        added: [d],
        removed: [a.path, c.path],
        summary: { why: "compaction" },
      },
    });
    const after = table.current?.id ?? 0;
    const files = await dataFiles(warehouse, table, after);
    expect(files.map(({ path, sequenceNumber }) => [path, sequenceNumber]).sort()).toEqual(
      [
        [b.path, 1],
        [d.path, 3],
      ].sort(),
    );
    expect(files.find(({ path }) => path === b.path)?.snapshotId).not.toBe(after);
    expect(table.current?.summary).toMatchObject({
      why: "compaction",
      "deleted-data-files": "2",
      "deleted-records": "20",
      "total-data-files": "2",
      "total-records": "30",
    });
    expect(pathsOf(await addedFiles(warehouse, table, after))).toEqual([d.path]);
    // The older snapshot is as it was.
    expect(pathsOf(await dataFiles(warehouse, table, before))).toEqual(pathsOf([a, b, c]));
  });

  it("refuses to remove a file that is not live", async () => {
    const warehouse = example();
    const table = await committed(warehouse, await created(warehouse), appendOf([exampleFile()]));
    const change = {
      snapshot: { operation: "delete" as const, added: [], removed: ["lake/none.parquet"], summary: {} },
    };
    expect(await commitChange(warehouse, table, change, { nowMs: NOW_MS })).toEqual({
      ok: false,
      error: "stale",
    });
    expect((await loaded(warehouse)).version).toBe(table.version);
  });

  it("is empty again when all of its files are removed", async () => {
    const warehouse = example();
    const file = exampleFile();
    let table = await committed(warehouse, await created(warehouse), appendOf([file]));
    const remove = { operation: "delete" as const, added: [], removed: [file.path], summary: {} };
    table = await committed(warehouse, table, { snapshot: remove });
    expect(await dataFiles(warehouse, table, table.current?.id ?? 0)).toEqual([]);
    table = await committed(warehouse, table, appendOf([exampleFile()]));
    expect(await dataFiles(warehouse, table, table.current?.id ?? 0)).toHaveLength(1);
  });

  it("keeps few manifests however many commits there were", async () => {
    const warehouse = example();
    let table = await created(warehouse);
    const files = Array.from({ length: 150 }, () => exampleFile());
    for (const [index, file] of files.entries()) {
      table = await committed(warehouse, table, appendOf([file]), NOW_MS + index);
    }
    const store = warehouse.store as ReturnType<typeof memoryObjectStore>;
    store.calls.length = 0;
    const live = await dataFiles(warehouse, table, table.current?.id ?? 0);
    expect(pathsOf(live)).toEqual(pathsOf(files));
    expect(new Set(live.map(({ sequenceNumber }) => sequenceNumber)).size).toBe(150);
    expect(store.calls.length).toBeLessThan(65);
    expect(table.metadata["metadata-log"]).toHaveLength(100);
  });

  it("moves on in time, whatever a committer's clock says", async () => {
    const warehouse = example();
    const first = await committed(warehouse, await created(warehouse), appendOf([exampleFile()]));
    const second = await committed(warehouse, first, appendOf([exampleFile()]), NOW_MS - 60_000);
    expect(second.current?.atMs).toBe(NOW_MS);
  });

  it("does not commit a change that changes nothing", async () => {
    const warehouse = example();
    const table = await created(warehouse);
    expect((await committed(warehouse, table, { evolve: EXAMPLE.fields, expire: [] })).version).toBe(1);
  });
});

describe("racing committers", () => {
  it("win each version exactly once, and all files are in the table once", async () => {
    const warehouse = example();
    await created(warehouse);
    const winners: number[] = [];
    const writer = async (name: number) => {
      const file = exampleFile({ path: `${EXAMPLE.prefix}/data/by-${name}.parquet` });
      for (let attempt = 0; attempt < 20; attempt++) {
        const result = await commitChange(warehouse, await loaded(warehouse), appendOf([file]), {
          nowMs: NOW_MS,
        });
        if (!result.ok) continue;
        winners.push(result.value.version);
        return file.path;
      }
      throw new Error("lost twenty times");
    };
    const paths = await Promise.all(Array.from({ length: 10 }, (_, name) => writer(name)));
    expect(winners.sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const table = await loaded(warehouse);
    expect(pathsOf(await dataFiles(warehouse, table, table.current?.id ?? 0))).toEqual(paths.sort());
    expect(table.current?.summary["total-data-files"]).toBe("10");
  });

  it("are told to load again", async () => {
    const warehouse = example();
    const base = await created(warehouse);
    const results = await Promise.all(
      Array.from({ length: 10 }, () =>
        commitChange(warehouse, base, appendOf([exampleFile()]), { nowMs: NOW_MS }),
      ),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok && result.error === "conflict")).toHaveLength(9);
  });
});
