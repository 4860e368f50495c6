import { beforeEach, describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../../src/base/index.ts";
import { ERASED_UNTIL_PROPERTY, type Lake, LakeError, openLake, QUARANTINE } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { scanRows } from "./rows.ts";

const START_MS = Date.UTC(2026, 10, 21, 12);

let lake: Lake;
/** Of the commits in minutes 0, 1, 2 …, one row each. */
let snapshots: number[];

beforeEach(async () => {
  lake = openLake(memoryObjectStore());
  snapshots = [];
  for (let minute = 0; minute < 4; minute++) snapshots.push(await addRow(minute));
});

async function addRow(minute: number): Promise<number> {
  const nowMs = START_MS + minute * MINUTE_MS;
  const row = { tenant: "a", reason: `minute ${minute}`, body: "", truncated: false, quarantined_at: nowMs };
  await lake.append(QUARANTINE, [row], { nowMs });
  const committed = await lake.commitPending(QUARANTINE, { nowMs });
  return committed?.snapshotId ?? Number.NaN;
}

async function reasons(choice: { snapshotId?: number; asOfMs?: number; tag?: string }): Promise<string[]> {
  return (await scanRows(lake, QUARANTINE, choice)).map(({ reason }) => reason).sort();
}

async function refusal(choice: { snapshotId?: number; asOfMs?: number; tag?: string }): Promise<LakeError> {
  const error = await lake.snapshot(QUARANTINE, choice).catch((cause: unknown) => cause);
  if (!(error instanceof LakeError)) throw new Error(`expected a LakeError, not ${String(error)}`);
  return error;
}

const expire = (ids: (number | undefined)[], properties = {}) =>
  lake.commit(
    QUARANTINE,
    { operation: "delete", added: [], expire: ids.filter((id) => id !== undefined), properties },
    { nowMs: START_MS + HOUR_MS },
  );

describe("a state of the past", () => {
  it("is found by snapshot, by time and by tag", async () => {
    const [first, second] = snapshots;
    expect(await reasons({ snapshotId: first ?? 0 })).toEqual(["minute 0"]);
    expect(await reasons({ asOfMs: START_MS + MINUTE_MS })).toEqual(["minute 0", "minute 1"]);
    expect(await reasons({ asOfMs: START_MS + 2 * MINUTE_MS - 1 })).toEqual(["minute 0", "minute 1"]);
    expect(await reasons({})).toHaveLength(4);
    const at = { nowMs: START_MS + HOUR_MS };
    await lake.tag(QUARANTINE, { name: "train-1", snapshotId: second ?? 0, keepMs: 90 * 24 * HOUR_MS }, at);
    expect(await reasons({ tag: "train-1" })).toEqual(["minute 0", "minute 1"]);
    // A tag is no new state.
    expect((await lake.load(QUARANTINE))?.snapshots).toHaveLength(4);
  });

  it("has no rows before the first commit, and none without a table", async () => {
    expect(await reasons({ asOfMs: START_MS - 1 })).toEqual([]);
    expect(await openLake(memoryObjectStore()).snapshot(QUARANTINE, {})).toBeNull();
  });

  it("that never was is refused as unknown", async () => {
    expect(await refusal({ snapshotId: 7 })).toMatchObject({ kind: "unknown" });
    expect((await refusal({ snapshotId: 7 })).message).toContain("snapshot 7 of ops.quarantine");
    const refused = await refusal({ tag: "train-9" });
    expect(refused).toMatchObject({ kind: "unknown" });
    expect(refused.message).toContain("train-9");
    const at = { nowMs: START_MS + HOUR_MS };
    const tagging = lake.tag(QUARANTINE, { name: "train-9", snapshotId: 7, keepMs: 1 }, at);
    await expect(tagging).rejects.toMatchObject({ kind: "unknown" });
  });

  it("that expired is refused, and so is a moment whose snapshot nobody knows any more", async () => {
    const [first, second, third] = snapshots;
    await expire([second]);
    expect(await refusal({ snapshotId: second ?? 0 })).toMatchObject({ kind: "expired" });
    expect(await refusal({ asOfMs: START_MS + MINUTE_MS })).toMatchObject({ kind: "expired" });
    // Between the first and the forgotten one nobody can tell where the one ended.
    expect(await refusal({ asOfMs: START_MS })).toMatchObject({ kind: "expired" });
    expect(await reasons({ snapshotId: first ?? 0 })).toEqual(["minute 0"]);
    expect(await reasons({ asOfMs: START_MS + 2 * MINUTE_MS })).toHaveLength(3);
    await expire([first]);
    const refused = await refusal({ asOfMs: START_MS });
    expect(refused).toMatchObject({ kind: "expired" });
    expect(refused.message).toContain(String(third));
  });

  it("that a deletion has rewritten is refused as erased", async () => {
    const erasedUntilMs = START_MS + 2 * MINUTE_MS;
    await expire(snapshots.slice(0, 2), { [ERASED_UNTIL_PROPERTY]: String(erasedUntilMs) });
    expect(await refusal({ snapshotId: snapshots[0] ?? 0 })).toMatchObject({ kind: "erased" });
    expect(await refusal({ asOfMs: START_MS + MINUTE_MS })).toMatchObject({ kind: "erased" });
  });
});

describe("an increment", () => {
  it("is what whole snapshots have added, as many as the rows allow", async () => {
    const [first, second, third, fourth] = snapshots;
    const read = (after: number | null, rowsMax?: number) =>
      lake.increment(QUARANTINE, { after, ...(rowsMax === undefined ? {} : { rowsMax }) });
    expect(await read(fourth ?? 0)).toBeNull();
    expect(await read(first ?? 0)).toMatchObject({ files: [{}, {}, {}], until: fourth, complete: true });
    expect(await read(first ?? 0, 1)).toMatchObject({ files: [{}], until: second, complete: false });
    expect(await read(null, 3)).toMatchObject({ files: [{}, {}, {}], until: third, complete: false });
    const [file] = (await read(second ?? 0, 1))?.files ?? [];
    expect(await scanRows(lake, QUARANTINE, { files: file === undefined ? [] : [file] })).toMatchObject([
      { reason: "minute 2" },
    ]);
  });

  it("leaves out what was only rewritten", async () => {
    const last = snapshots.at(-1) ?? 0;
    await compact();
    expect(await lake.increment(QUARANTINE, { after: last })).toBeNull();
    const next = await addRow(70);
    expect(await lake.increment(QUARANTINE, { after: last })).toMatchObject({
      files: [{ rows: 1 }],
      until: next,
    });
  });

  it("begins with all that there is when the beginning is forgotten", async () => {
    await compact();
    await addRow(70);
    await expire(snapshots);
    const all = await lake.increment(QUARANTINE, { after: null });
    expect(all?.files.map(({ rows }) => rows)).toEqual([4, 1]);
  });

  it("after a forgotten snapshot is refused, unless nothing else was forgotten", async () => {
    const [first, second, third] = snapshots;
    await expire([first]);
    expect(await lake.increment(QUARANTINE, { after: first ?? 0 })).toMatchObject({ files: [{}, {}, {}] });
    await expire([second]);
    const refused = lake.increment(QUARANTINE, { after: first ?? 0 });
    await expect(refused).rejects.toMatchObject({ kind: "expired" });
    expect(await lake.increment(QUARANTINE, { after: third ?? 0 })).toMatchObject({ files: [{}] });
  });
});

/** All rows in one file. */
async function compact(): Promise<void> {
  const files = await lake.files(QUARANTINE);
  const nowMs = START_MS + HOUR_MS;
  const writer = lake.writer(QUARANTINE, { partition: files[0]?.partition ?? [], nowMs });
  const columns = QUARANTINE.columns.map(({ name }) => name);
  for await (const batch of lake.scan(QUARANTINE, { columns, files }))
    await writer.write(batch.columns, batch.rows);
  const removed = files.map(({ path }) => path);
  await lake.commit(QUARANTINE, { operation: "replace", added: await writer.close(), removed }, { nowMs });
}
