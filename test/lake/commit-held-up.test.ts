import { describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import { LINEAGE, openLake } from "../../src/lake/index.ts";
import { maintained, NOW_MS, row, runsOf, withHours } from "./hourly-lineage.ts";

/** A store on which the first write of a key that ends so comes only after something else has happened. */
function stalling(store: ObjectStore, suffix: string, meanwhile: () => Promise<void>): ObjectStore {
  let stalled = false;
  return {
    ...store,
    async put(key, bytes, condition) {
      if (!stalled && key.endsWith(suffix)) {
        stalled = true;
        await meanwhile();
      }
      return store.put(key, bytes, condition);
    },
  };
}

describe.each([
  ["before its commit point", ".avro"],
  ["at its commit point", ".metadata.json"],
])("a committer that is held up for two hours %s", (_, suffix) => {
  it.each([true, false])("loses nothing and doubles nothing (with a clock: %s)", async (hasClock) => {
    const { store, lake, ids } = await withHours(1);
    let nowMs = NOW_MS;
    await lake.append(LINEAGE, [row(7)], { nowMs });
    const slow = stalling(store, suffix, async () => {
      // Enough versions pass for the one that it is about to make to be trimmed, if anybody made it.
      for (let index = 0; index < 130; index++) {
        const tag = { name: "t", snapshotId: ids[0] ?? 0, keepMs: index };
        await lake.tag(LINEAGE, tag, { nowMs: NOW_MS + index });
      }
      nowMs += 2 * HOUR_MS;
      expect((await maintained(store, nowMs)).map(({ job }) => job)).toContain("trim");
    });
    const slowLake = openLake(slow, hasClock ? { clock: () => nowMs } : {});
    await slowLake.commitPending(LINEAGE, { nowMs: NOW_MS + MINUTE_MS, force: true });
    await lake.commitPending(LINEAGE, { nowMs: nowMs + HOUR_MS, force: true });
    expect(await runsOf(lake)).toEqual(["run-0", "run-7"]);
    expect((await lake.load(LINEAGE))?.version).toBeGreaterThan(130);
  });
});
