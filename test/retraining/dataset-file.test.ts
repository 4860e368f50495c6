import { describe, expect, it } from "vitest";
import { createDataset, type Dataset, sampleCases, splitByTime } from "../../src/learn/index.ts";
import {
  decodeCases,
  decodeDataset,
  encodeCases,
  encodeDataset,
  openDataset,
} from "../../src/retraining/index.ts";
import { cutInPlace } from "../../src/retraining/rows.ts";

describe("a data set as one object", () => {
  it("round-trips, also when it is empty", () => {
    const rows = Array.from({ length: 7 }, (_, i) => ({
      userId: `u${i % 3}`,
      itemId: `Ä${i % 4}`,
      timeMs: 1_790_000_000_000 + i,
      weight: i + 0.5,
      typeCode: i,
    }));
    for (const dataset of [createDataset(rows, ["cold"]), createDataset([])]) {
      const userIds = dataset.userIds.map(() => "");
      expect(decodeDataset(encodeDataset(dataset))).toEqual({ ...dataset, userIds });
    }
  });

  it("is parked and comes back into the same object, cut as it was, its ids the ones that were there", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({
      userId: `u${i % 4}`,
      itemId: `i${i % 7}`,
      timeMs: i,
      weight: i + 0.5,
      typeCode: i % 3,
    }));
    const file = encodeDataset(createDataset(rows));
    const cut = (whole: Dataset) => cutInPlace(whole, 20);
    const { dataset, parking } = await openDataset(async () => file.slice(), cut);
    const expected = cut(decodeDataset(file.slice()));
    expect(dataset).toEqual(expected);
    expect(dataset.items).toHaveLength(20);
    const { itemIds } = dataset;
    for (let times = 0; times < 2; times++) {
      parking.park();
      expect([dataset.items.length, dataset.userStart.length]).toEqual([0, 0]);
      await parking.restore();
      expect(dataset).toEqual(expected);
      expect(dataset.itemIds).toBe(itemIds);
    }
  });

  it("carries cases with the users that have one, and each case finds its rows", () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({
      userId: `u${(i * 7) % 23}`,
      itemId: `i${(i * 5) % 17}`,
      timeMs: 1_000 * i,
      weight: 1,
      typeCode: 1,
    }));
    const cases = sampleCases(splitByTime(createDataset(rows)).cases, 6, 1);
    const read = decodeCases(encodeCases(cases));
    expect(read.dataset.userIds.length).toBeLessThan(cases.dataset.userIds.length);
    const told = ({ dataset, users, targetRows, historyEnds }: typeof cases) =>
      [...targetRows].map((row, place) => {
        const user = users[place] ?? -1;
        const history = dataset.items.slice(dataset.userStart[user], historyEnds[place]);
        return [dataset.items[row], dataset.timesMs[row], [...history]];
      });
    expect(told(read)).toEqual(told(cases));
    expect(read).toMatchObject({ maskSeen: cases.maskSeen, mean: cases.mean, known: cases.known });
  });
});
