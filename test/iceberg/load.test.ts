import { describe, expect, it } from "vitest";
import { commitChange, loadTable, metadataKey } from "../../src/iceberg/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import {
  appendOf,
  committed,
  created,
  EXAMPLE,
  exampleFile,
  loaded,
  NOW_MS,
  warehouseOn,
} from "./example.ts";

const HINT = `${EXAMPLE.prefix}/metadata/version-hint.text`;

async function withVersions(versions: number) {
  const store = memoryObjectStore();
  const warehouse = warehouseOn(store);
  let table = await created(warehouse);
  while (table.version < versions) table = await committed(warehouse, table, appendOf([exampleFile()]));
  const hint = (text: string) => store.put(HINT, new TextEncoder().encode(text));
  return { store, warehouse, hint };
}

describe("the version hint", () => {
  it("names the newest version, and makes loading cheap", async () => {
    const { store, warehouse } = await withVersions(4);
    expect(new TextDecoder().decode((await store.get(HINT))?.bytes)).toBe("4");
    store.calls.length = 0;
    expect((await loaded(warehouse)).version).toBe(4);
    expect(store.calls.map(({ kind }) => kind)).toEqual(["get", "etag", "get"]);
  });

  it.each(["1", "3", "900", "0", "-4", "", "v4", "4.5", "99999999999999999999", "garbage\n\u0000"])(
    "may say %j, and the newest version is found",
    async (text) => {
      const { warehouse, hint } = await withVersions(4);
      await hint(text);
      expect((await loaded(warehouse)).version).toBe(4);
    },
  );

  it("may be missing, or far behind", async () => {
    const { store, warehouse, hint } = await withVersions(30);
    await hint("2");
    store.calls.length = 0;
    expect((await loaded(warehouse)).version).toBe(30);
    expect(store.calls.length).toBeLessThan(20);
    await store.delete([HINT]);
    expect((await loaded(warehouse)).version).toBe(30);
  });

  it("may name a version that expiry has removed", async () => {
    const { store, warehouse, hint } = await withVersions(5);
    await store.delete([1, 2].map((version) => metadataKey(EXAMPLE.prefix, version)));
    await hint("1");
    expect((await loaded(warehouse)).version).toBe(5);
    await hint("2");
    expect((await loaded(warehouse)).version).toBe(5);
  });

  it("is of no weight: a commit on an old base fails all the same", async () => {
    const { warehouse, hint } = await withVersions(2);
    const old = await loaded(warehouse);
    await committed(warehouse, old, appendOf([exampleFile()]));
    await hint("2");
    const result = await commitChange(warehouse, old, appendOf([exampleFile()]), { nowMs: NOW_MS });
    expect(result).toEqual({ ok: false, error: "conflict" });
  });
});

describe("loading", () => {
  it("leaves alone what else stands in the folder", async () => {
    const { store, warehouse } = await withVersions(2);
    await store.delete([HINT]);
    for (const name of [
      "v9.metadata.json.tmp",
      "v09.metadata.json",
      "vx.metadata.json",
      "v8.metadata.json/x",
    ]) {
      await store.put(`${EXAMPLE.prefix}/metadata/${name}`, new Uint8Array(1));
    }
    expect((await loaded(warehouse)).version).toBe(2);
  });

  it("refuses metadata of another format version, and of another warehouse", async () => {
    const { store, warehouse } = await withVersions(2);
    await expect(loadTable({ store, uri: "s3://elsewhere" }, EXAMPLE.prefix)).rejects.toThrow("is not in");
    const key = metadataKey(EXAMPLE.prefix, 3);
    await store.put(key, new TextEncoder().encode('{"format-version":3}'));
    await expect(loadTable(warehouse, EXAMPLE.prefix)).rejects.toThrow("format version 2");
  });
});
