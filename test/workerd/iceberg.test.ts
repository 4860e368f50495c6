import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { r2ObjectStore } from "../../src/base/index.ts";
import { commitChange, dataFiles, expirable, reachable } from "../../src/iceberg/index.ts";
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
} from "../iceberg/example.ts";
import { keysOf } from "../lake/rows.ts";

const store = r2ObjectStore(env.LAKE);
const warehouse = warehouseOn(store);

describe("Iceberg tables on R2", () => {
  beforeEach(async () => {
    await store.delete(await keysOf(store, EXAMPLE.prefix));
  });

  it("come back as they were committed", async () => {
    const files = [exampleFile(), exampleFile()];
    const first = await committed(warehouse, await created(warehouse), appendOf(files));
    const change = {
      operation: "replace" as const,
      added: [exampleFile()],
      removed: [files[0]?.path ?? ""],
      summary: {},
    };
    await committed(warehouse, first, { snapshot: change }, NOW_MS + 1);
    const table = await loaded(warehouse);
    const live = await dataFiles(warehouse, table, table.current?.id ?? 0);
    expect(pathsOf(live)).toEqual(pathsOf([...change.added, files[1] ?? exampleFile()]));
    expect(live.find(({ path }) => path === files[1]?.path)?.stats).toEqual(files[1]?.stats);
    expect(expirable(table, { nowMs: NOW_MS + 2, keepMs: 0 }).snapshots).toEqual([first.current?.id]);
    // Data files are nobody's here.
    const named = [...(await reachable(warehouse, table))].filter((key) => key.includes("/metadata/"));
    expect(await keysOf(store, `${EXAMPLE.prefix}/metadata/`)).toEqual(expect.arrayContaining(named));
  });

  it("take one of ten committers at a time, and in the end all ten", async () => {
    await created(warehouse);
    const versions: number[] = [];
    const writer = async () => {
      const file = exampleFile();
      for (let attempt = 0; attempt < 30; attempt++) {
        const result = await commitChange(warehouse, await loaded(warehouse), appendOf([file]), {
          nowMs: NOW_MS,
        });
        if (!result.ok) continue;
        versions.push(result.value.version);
        return file.path;
      }
      throw new Error("lost thirty times");
    };
    const paths = await Promise.all(Array.from({ length: 10 }, writer));
    expect(versions.sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const table = await loaded(warehouse);
    expect(pathsOf(await dataFiles(warehouse, table, table.current?.id ?? 0))).toEqual(paths.sort());
  });
});
