import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS } from "../../src/base/index.ts";
import { openLake, USER_HISTORIES } from "../../src/lake/index.ts";
import { createDataset, type Dataset } from "../../src/learn/index.ts";
import { decodeDataset, readHistories } from "../../src/retraining/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { NOW_MS } from "./shop-events.ts";

interface Row {
  subject: string;
  item: number;
  atMs: number;
}

/** A lake with the rows in gold.user_histories, in several files. */
async function lakeOf(rows: readonly Row[]) {
  const lake = openLake(memoryObjectStore());
  const stored = rows.map(({ subject, item, atMs }, index) => ({
    ...{ tenant: "shop", subject, occurred_at: atMs, event_id: `e${index}`, item_id: `i${item}` },
    ...(index % 5 === 0
      ? { type: "purchase", type_code: 4, weight: 5 }
      : { type: "view", type_code: 1, weight: 1 }),
  }));
  const third = Math.ceil(stored.length / 3);
  for (let from = 0; from < stored.length; from += third) {
    await lake.append(USER_HISTORIES, stored.slice(from, from + third), { nowMs: NOW_MS });
    await lake.commitAllPending({ nowMs: NOW_MS, force: true });
  }
  return lake;
}

async function read(lake: Awaited<ReturnType<typeof lakeOf>>, change: object = {}) {
  const request = {
    tenant: "shop",
    snapshotId: (await lake.snapshot(USER_HISTORIES, {}))?.id,
    deletedAtMs: new Map<string, number>(),
    eventWeights: {},
    itemIds: ["i7", "never-touched"],
    rowsMax: 1_000_000,
    nowMs: NOW_MS,
    seed: 1,
    yieldTo: async () => {},
    report: () => {},
    ...change,
  };
  return readHistories(lake, request);
}

/** 400 subjects with 5 rows each; the first half came last in a year ago, the second within the last month. */
function rowsOf(count = 400): Row[] {
  const prng = createPrng("histories");
  return Array.from({ length: count * 5 }, (_, index) => {
    const user = index % count;
    const ageDays = prng.next() * 28 + (user < count / 2 ? 365 : 0);
    return { subject: `u:${user}`, item: prng.int(30), atMs: Math.floor(NOW_MS - ageDays * DAY_MS) };
  });
}

const usersWithRows = ({ userIds, userStart }: Dataset) =>
  userIds.filter((_, user) => userStart[user + 1] !== userStart[user]);

describe("reading histories", () => {
  it("gives the same data set as building it row by row, in the bytes of its file", async () => {
    const rows = rowsOf();
    const { dataset, file, sampledFrom } = await read(await lakeOf(rows));
    const expected = createDataset(
      rows.map(({ subject, item, atMs }, index) => ({
        ...{ userId: subject, itemId: `i${item}`, timeMs: atMs },
        ...(index % 5 === 0 ? { typeCode: 4, weight: 5 } : { typeCode: 1, weight: 1 }),
      })),
      ["i7", "never-touched"],
    );
    expect(dataset).toEqual(expected);
    expect(decodeDataset(file)).toEqual({ ...expected, userIds: expected.userIds.map(() => "") });
    expect(sampledFrom).toBeUndefined();
  });

  it("weighs by the declared weights, and leaves out what weighs nothing or was deleted", async () => {
    const lake = await lakeOf(rowsOf());
    const { dataset } = await read(lake, { eventWeights: { purchase: 9 } });
    expect(new Set(dataset.weights)).toEqual(new Set([1, 9]));
    const without = await read(lake, { eventWeights: { purchase: 0 } });
    expect(without.dataset.items).toHaveLength(dataset.items.length * 0.8);
    const deletedAtMs = new Map([["u:3", NOW_MS]]);
    expect(usersWithRows((await read(lake, { deletedAtMs })).dataset)).not.toContain("u:3");
  });

  it("takes whole subjects where there are too many rows, those of late more often, and tells of how many", async () => {
    const rows = rowsOf();
    const lake = await lakeOf(rows);
    const { dataset, sampledFrom } = await read(lake, { rowsMax: 500 });
    expect(sampledFrom).toEqual({ interactions: 2_000, users: expect.any(Number) });
    expect(sampledFrom?.users).toBeGreaterThanOrEqual(400);
    expect(dataset.items.length).toBeGreaterThan(480);
    expect(dataset.items.length).toBeLessThanOrEqual(500);
    const users = usersWithRows(dataset);
    expect(dataset.items).toHaveLength(5 * users.length);
    const late = users.filter((name) => Number(name.slice(2)) >= 200);
    expect(late.length / users.length).toBeGreaterThan(0.9);
    expect((await read(lake, { rowsMax: 500 })).dataset).toEqual(dataset);
    const other = await read(lake, { rowsMax: 500, seed: 2 });
    expect(usersWithRows(other.dataset)).not.toEqual(users);
  });

  it("draws subjects by 2^(−age / 30 days): those of a half-life ago come half as often", async () => {
    // Ages of 0, 30 and 60 days, two hundred subjects each; one in ten is taken, so that the weights show undisturbed.
    const rows = Array.from({ length: 600 * 4 }, (_, index) => {
      const user = Math.floor(index / 4);
      return { subject: `u:${user}`, item: index % 30, atMs: NOW_MS - (user % 3) * 30 * DAY_MS };
    });
    const lake = await lakeOf(rows);
    const counts = [0, 0, 0];
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    for (const seed of seeds) {
      for (const name of usersWithRows((await read(lake, { rowsMax: 240, seed })).dataset)) {
        const age = Number(name.slice(2)) % 3;
        counts[age] = (counts[age] ?? 0) + 1;
      }
    }
    const [now = 0, month = 0, months = 0] = counts;
    expect(now + month + months).toBe(60 * seeds.length);
    // Not quite a half and a quarter, for what is drawn is not put back; the deviations of these ratios are 0.035 and 0.023.
    expect(Math.abs(month / now - 0.536)).toBeLessThan(0.105);
    expect(Math.abs(months / now - 0.27)).toBeLessThan(0.07);
  });

  it("leaves out a subject that has more rows than a sample, and only it", async () => {
    const rows = rowsOf(100);
    const robot = Array.from({ length: 1_500 }, (_, index) => ({
      subject: "u:robot",
      item: index % 30,
      atMs: NOW_MS,
    }));
    const lake = await lakeOf([...rows, ...robot].sort((a, b) => (a.subject < b.subject ? -1 : 1)));
    // Whatever its draw: of some seeds it is the least of all.
    for (let seed = 0; seed < 30; seed++) {
      const { dataset, sampledFrom } = await read(lake, { rowsMax: 1_000, seed });
      expect(usersWithRows(dataset)).toHaveLength(100);
      expect(sampledFrom?.interactions).toBe(2_000);
    }
  });

  it("finds nothing where there is nothing", async () => {
    const { dataset } = await read(openLake(memoryObjectStore()));
    expect(dataset.items).toHaveLength(0);
    expect(dataset.itemIds).toEqual(["i7", "never-touched"]);
  });
});
