import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { DAY_MS, r2ObjectStore } from "../../src/base/index.ts";
import { EVENTS, openLake } from "../../src/lake/index.ts";
import { keysOf, scanRows } from "../lake/rows.ts";
import { filesOf, ids, maintained, NEXT_MS, withCommits } from "../lake/small-commits.ts";
import { emptied } from "./emptied.ts";

describe("maintenance on R2", () => {
  it("merges a day's files, then forgets the states before with all that only they reach", async () => {
    await emptied(env.LAKE);
    const store = r2ObjectStore(env.LAKE);
    const { rows } = await withCommits(9, store);
    const lake = openLake(store);
    const first = await maintained(store);
    expect(first).toMatchObject({ done: true, faults: [] });
    expect(first.units.find(({ job }) => job === "compact")).toMatchObject({ removed: 9, rows: rows.length });
    expect(ids(await scanRows(lake, EVENTS))).toEqual(ids(rows));
    // The compaction's snapshot is the current one, so it alone stays.
    const later = await maintained(store, NEXT_MS + 2 * DAY_MS);
    expect(later.units.find(({ job }) => job === "expire")).toMatchObject({ outcome: "done" });
    const files = (await keysOf(store)).filter((key) => key.endsWith(".parquet"));
    expect(files).toEqual((await filesOf(lake)).map(({ path }) => path));
    expect(ids(await scanRows(lake, EVENTS))).toEqual(ids(rows));
  });
});
