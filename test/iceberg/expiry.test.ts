import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import {
  commitChange,
  dataFiles,
  deletableMetadata,
  expirable,
  metadataKey,
} from "../../src/iceberg/index.ts";
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

/** Snapshots an hour apart. */
async function withSnapshots(count: number) {
  const warehouse = warehouseOn(memoryObjectStore());
  let table = await created(warehouse);
  for (let hour = 0; hour < count; hour++) {
    table = await committed(warehouse, table, appendOf([exampleFile()]), NOW_MS + hour * HOUR_MS);
  }
  return { warehouse, table, ids: table.snapshots.map(({ id }) => id) };
}

describe("tags", () => {
  it("keep a snapshot from the tagging on, and move, and go", async () => {
    const { warehouse, table, ids } = await withSnapshots(3);
    const [first = 0, second = 0] = ids;
    const nowMs = NOW_MS + 5 * HOUR_MS;
    let tagged = await committed(
      warehouse,
      table,
      { tags: [{ name: "t", snapshotId: first, keepMs: DAY_MS }] },
      nowMs,
    );
    expect(tagged.tags).toEqual([{ name: "t", snapshotId: first, untilMs: nowMs + DAY_MS }]);
    expect(tagged.current?.id).toBe(table.current?.id);
    tagged = await committed(
      warehouse,
      tagged,
      { tags: [{ name: "t", snapshotId: second, keepMs: DAY_MS }] },
      nowMs,
    );
    expect(tagged.tags).toMatchObject([{ name: "t", snapshotId: second }]);
    tagged = await committed(warehouse, tagged, { dropTags: ["t", "unknown"] }, nowMs);
    expect((await loaded(warehouse)).tags).toEqual([]);
  });

  it("of an unknown snapshot are refused", async () => {
    const { warehouse, table } = await withSnapshots(1);
    const change = { tags: [{ name: "t", snapshotId: 1, keepMs: 1 }] };
    await expect(commitChange(warehouse, table, change, { nowMs: NOW_MS })).rejects.toThrow("no snapshot 1");
  });
});

describe("expiry", () => {
  it("forgets what neither age nor a tag keeps, and then the tags that are over", async () => {
    const { warehouse, table, ids } = await withSnapshots(6);
    const nowMs = NOW_MS + 6 * HOUR_MS;
    const tags = [
      { name: "long", snapshotId: ids[0] ?? 0, keepMs: DAY_MS },
      { name: "short", snapshotId: ids[1] ?? 0, keepMs: HOUR_MS },
    ];
    const tagged = await committed(warehouse, table, { tags }, nowMs);
    const keepMs = 2.5 * HOUR_MS;
    expect(expirable(tagged, { nowMs, keepMs })).toEqual({ tags: [], snapshots: [ids[2], ids[3]] });
    const laterMs = nowMs + 2 * HOUR_MS;
    expect(expirable(tagged, { nowMs: laterMs, keepMs })).toEqual({
      tags: ["short"],
      snapshots: [ids[1], ids[2], ids[3], ids[4]],
    });
    // The current snapshot stays however old it is.
    expect(expirable(tagged, { nowMs: nowMs + 99 * DAY_MS, keepMs }).snapshots).not.toContain(ids[5]);
    const { tags: dropTags, snapshots: expire } = expirable(tagged, { nowMs: laterMs, keepMs });
    const expired = await committed(warehouse, tagged, { dropTags, expire }, laterMs);
    expect(expired.snapshots.map(({ id }) => id)).toEqual([ids[0], ids[5]]);
    expect(expired.metadata["snapshot-log"].map((entry) => entry["snapshot-id"])).toEqual([ids[5]]);
    expect(await dataFiles(warehouse, expired, ids[5] ?? 0)).toHaveLength(6);
    expect(await dataFiles(warehouse, expired, ids[0] ?? 0)).toHaveLength(1);
    await expect(dataFiles(warehouse, expired, ids[2] ?? 0)).rejects.toThrow(`no snapshot ${ids[2]}`);
  });

  it("never forgets what a branch or a tag names", async () => {
    const { warehouse, table, ids } = await withSnapshots(2);
    const tagged = await committed(warehouse, table, {
      tags: [{ name: "t", snapshotId: ids[0] ?? 0, keepMs: 1 }],
    });
    for (const [index, name] of ["t", "main"].entries()) {
      const change = { expire: [ids[index] ?? 0] };
      await expect(commitChange(warehouse, tagged, change, { nowMs: NOW_MS })).rejects.toThrow(
        `kept by ${name}`,
      );
    }
  });
});

describe("metadata files", () => {
  it("may go, oldest first, beyond the newest hundred and an hour", async () => {
    const { table } = await withSnapshots(1);
    const objects = Array.from({ length: 130 }, (_, index) => ({
      key: metadataKey(EXAMPLE.prefix, index + 1),
      uploadedMs: NOW_MS + index,
    })).reverse();
    const extra = { key: `${EXAMPLE.prefix}/metadata/snap-1-a.avro`, uploadedMs: 0 };
    const deletable = (nowMs: number) =>
      deletableMetadata({ ...table, version: 130 }, [...objects, extra], { nowMs });
    expect(deletable(NOW_MS)).toEqual([]);
    expect(deletable(NOW_MS + HOUR_MS + 10)).toEqual(
      Array.from({ length: 10 }, (_, index) => metadataKey(EXAMPLE.prefix, index + 1)),
    );
    expect(deletable(NOW_MS + DAY_MS)).toHaveLength(30);
  });
});
