import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createDataset,
  type Dataset,
  type InteractionRow,
  rowsBefore,
  splitByTime,
} from "../../src/learn/index.ts";

const row = (userId: string, itemId: string, timeMs: number): InteractionRow => ({
  userId,
  itemId,
  timeMs,
  weight: 1,
  typeCode: 1,
});

const rows = fc.array(
  fc.record({
    userId: fc.constantFrom("a", "b", "c"),
    itemId: fc.constantFrom("x", "y", "z", "w"),
    timeMs: fc.integer({ min: 0, max: 30 }),
    weight: fc.constantFrom(1, 2),
    typeCode: fc.constantFrom(1, 2),
  }),
  { minLength: 1, maxLength: 40 },
);

function rowsOf(dataset: Dataset): InteractionRow[] {
  return dataset.userIds.flatMap((userId, user) =>
    Array.from({ length: (dataset.userStart[user + 1] ?? 0) - (dataset.userStart[user] ?? 0) }, (_, i) => {
      const at = (dataset.userStart[user] ?? 0) + i;
      return {
        userId,
        itemId: dataset.itemIds[dataset.items[at] as number] as string,
        timeMs: dataset.timesMs[at] as number,
        weight: dataset.weights[at] as number,
        typeCode: dataset.types[at] as number,
      };
    }),
  );
}

const sorted = (list: InteractionRow[]) =>
  list.map((one) => JSON.stringify(Object.entries(one).sort())).sort();

describe("a data set", () => {
  it("holds every row once, by user and time, whatever their order", () => {
    fc.assert(
      fc.property(rows, (list) => {
        const dataset = createDataset(list);
        expect(createDataset(list.toReversed())).toEqual(dataset);
        const held = rowsOf(dataset);
        expect(sorted(held)).toEqual(sorted(list));
        for (const [index, one] of held.entries()) {
          const before = held[index - 1];
          if (before?.userId === one.userId) expect(before.timeMs).toBeLessThanOrEqual(one.timeMs);
        }
      }),
    );
  });

  it("keeps the order of the items it is given, and adds those seen only in rows", () => {
    const dataset = createDataset([row("u", "new", 1), row("u", "b", 2)], ["c", "b", "a"]);
    expect(dataset.itemIds).toEqual(["c", "b", "a", "new"]);
    expect([...dataset.items]).toEqual([3, 1]);
  });
});

describe("the split by time", () => {
  it("parts the rows at one instant, and makes each test row a case or counts why not", () => {
    fc.assert(
      fc.property(rows, (list) => {
        const dataset = createDataset(list);
        const { cutMs, train, cases, left } = splitByTime(dataset);
        expect(train).toEqual(rowsBefore(dataset, cutMs));
        expect([...train.timesMs].every((time) => time < cutMs)).toBe(true);
        const test = dataset.timesMs.filter((time) => time >= cutMs).length;
        const { unknownItem, withoutHistory, repeat } = left;
        expect(cases.targetRows.length + unknownItem + withoutHistory + repeat).toBe(test);
      }),
    );
  });

  it("gives a case all strictly earlier rows of its user, of the test period too", () => {
    const old = ["x", "y", "z", "w"].flatMap((item) => [row("a", item, 1), row("b", item, 2)]);
    const dataset = createDataset([
      ...old,
      row("c", "x", 10),
      row("c", "y", 11),
      row("c", "z", 11),
      row("c", "w", 12),
    ]);
    const { cases, left } = splitByTime(dataset, 0.3);
    const start = dataset.userStart[2] as number;
    // x has no history; y and z are of one instant and share x; w comes after three.
    expect(left).toEqual({ unknownItem: 0, withoutHistory: 1, repeat: 0 });
    expect([...cases.targetRows].map((target) => target - start)).toEqual([1, 2, 3]);
    expect([...cases.historyEnds].map((end) => end - start)).toEqual([1, 1, 3]);
  });

  it("leaves out items without a row before the cut, and items that are masked because their user had them", () => {
    const old = Array.from({ length: 8 }, (_, i) => row(`u${i}`, i % 2 === 0 ? "x" : "y", i));
    const { cases, left } = splitByTime(createDataset([...old, row("u0", "new", 100), row("u1", "y", 101)]));
    expect(cases.targetRows).toHaveLength(0);
    expect(left).toEqual({ unknownItem: 1, withoutHistory: 0, repeat: 1 });
    expect([...cases.known]).toEqual([0, 1, 1]);
  });
});
