import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { publishSegments, readSegments, type SegmentRow } from "../../src/features/index.ts";
import { migrated } from "./migrated.ts";

const db = env.PROFILES_0;

async function* blocks(rows: readonly SegmentRow[], size: number): AsyncGenerator<SegmentRow[]> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}

/** In the order of the subjects' UTF-8 bytes, as the lake hands them over. */
function members(count: number, segments: readonly string[]): SegmentRow[] {
  const subjects = Array.from({ length: count }, (_, index) => `u:${String(index).padStart(6, "0")}`);
  return [...subjects, "u:\uffee", "u:😀"].flatMap((subject) =>
    segments.map((segment) => ({ subject, segment, since: 1 })),
  );
}

async function stored(tenant: string): Promise<SegmentRow[]> {
  const { results } = await db
    .prepare("SELECT subject, segment, since FROM segment_members WHERE tenant = ? ORDER BY subject, segment")
    .bind(tenant)
    .all<SegmentRow>();
  return results;
}

beforeAll(() => migrated(db, "profiles"));
beforeEach(() => db.prepare("DELETE FROM segment_members").run());

describe("segment members in D1", () => {
  it("become those given, over many ranges, whatever was there before", async () => {
    const before = members(1_500, ["a", "b"]);
    await publishSegments(db, "t", blocks(before, 512));
    expect(await stored("t")).toEqual(before);
    await publishSegments(db, "other", blocks([{ subject: "u:000001", segment: "a", since: 7 }], 1));
    const after = before
      .filter(({ subject, segment }) => !(segment === "a" && subject.endsWith("7")))
      .map((row) => (row.subject === "u:000010" ? { ...row, since: 9 } : row));
    await publishSegments(db, "t", blocks(after, 700));
    expect(await stored("t")).toEqual(after);
    await publishSegments(db, "t", blocks([], 1));
    expect(await stored("t")).toEqual([]);
    expect(await stored("other")).toHaveLength(1);
  });

  it("writes only what changes", async () => {
    const rows = members(50, ["a"]);
    await publishSegments(db, "t", blocks(rows, 512));
    const changes = () => db.prepare("SELECT total_changes() AS n").first<number>("n");
    const cost = async () => {
      const before = (await changes()) ?? 0;
      await publishSegments(db, "t", blocks(rows, 512));
      return ((await changes()) ?? 0) - before;
    };
    // The database's own bookkeeping.
    const nothing = await cost();
    await db.prepare("UPDATE segment_members SET since = 2 WHERE subject = 'u:000003'").run();
    expect((await cost()) - nothing).toBe(1);
    expect(await stored("t")).toEqual(rows);
  });

  it("are read by subject", async () => {
    await publishSegments(db, "t", blocks(members(3, ["loyal", "north"]), 10));
    expect(await readSegments(db, "t", "u:000001")).toEqual(["loyal", "north"]);
    expect(await readSegments(db, "t", "u:nobody")).toEqual([]);
    expect(await readSegments(db, "other", "u:000001")).toEqual([]);
  });
});
