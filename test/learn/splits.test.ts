import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Cases,
  createDataset,
  findLeaks,
  prefixCases,
  sampleCases,
  shuffleItems,
  splitByTime,
  splitHoldOut,
  splitLastOut,
  splitNewestUsers,
} from "../../src/learn/index.ts";

/** Users with their items in order; a second between two, or none. */
const lists = fc.array(fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1, maxLength: 9 }), {
  minLength: 1,
  maxLength: 8,
});

function datasetOf(users: readonly (readonly string[])[], { gapMs = 1_000, userGapMs = 0 } = {}) {
  return createDataset(
    users.flatMap((items, user) =>
      items.map((itemId, step) => ({
        userId: `u${user}`,
        itemId,
        timeMs: user * userGapMs + step * gapMs,
        weight: 1,
        typeCode: 1,
      })),
    ),
  );
}

const itemsOf = ({ dataset: { items, itemIds } }: Cases, from: number, to: number) =>
  [...items.subarray(from, to)].map((item) => itemIds[item]);

describe("leave-last-out", () => {
  it("fits on all but two rows, chooses by the last but one and tests on the last, each from all before", () => {
    const { fit, validation, test } = splitLastOut(datasetOf([["a", "b", "c", "d"], ["e"], ["a", "b"]]));
    expect([...fit.userStart]).toEqual([0, 2, 2, 2]);
    expect(itemsOf({ ...validation, dataset: fit }, 0, 2)).toEqual(["a", "b"]);
    expect([...validation.users]).toEqual([0]);
    expect([...validation.targetRows]).toEqual([2]);
    expect([...validation.historyEnds]).toEqual([2]);
    // The user with one row has no history, the one with two has one for the test only.
    expect([...test.users]).toEqual([0, 2]);
    expect(itemsOf(test, 3, 4)).toEqual(["d"]);
    expect([...test.historyEnds]).toEqual([3, 6]);
  });

  it("never shows a learner what it is to find", () => {
    fc.assert(
      fc.property(lists, (users) => {
        const { fit, validation, test } = splitLastOut(datasetOf(users));
        expect(findLeaks(fit, validation)).toEqual([]);
        expect(findLeaks(fit, test)).toEqual([]);
      }),
    );
  });
});

describe("a share held out of each user", () => {
  it("is a tenth of the rows, at least one of two, drawn by the seed, found from the rest", () => {
    const users = [Array.from({ length: 20 }, (_, i) => `i${i}`), ["a", "b"], ["a"]];
    const dataset = datasetOf(users, { gapMs: 0 });
    const { fit, validation } = splitHoldOut(dataset, 0.1, 1);
    expect([...fit.userStart]).toEqual([0, 18, 19, 20]);
    expect([...validation.users]).toEqual([0, 0, 1]);
    expect([...validation.historyEnds]).toEqual([18, 18, 21]);
    expect(validation.mean).toBe("list");
    expect(splitHoldOut(dataset, 0.1, 1)).toEqual({ fit, validation });
    expect(splitHoldOut(dataset, 0.1, 2)).not.toEqual({ fit, validation });
  });

  it("parts the rows of each user", () => {
    fc.assert(
      fc.property(lists, (users) => {
        const dataset = datasetOf(
          users.map((items) => [...new Set(items)]),
          { gapMs: 0 },
        );
        const { fit, validation } = splitHoldOut(dataset, 0.3, 1);
        expect(fit.items.length + validation.targetRows.length).toBe(dataset.items.length);
        expect(findLeaks(fit, validation)).toEqual([]);
      }),
    );
  });
});

describe("the newest sessions", () => {
  it("are asked row by row, and nothing of them is fitted", () => {
    const dataset = datasetOf([["a", "b"], ["c", "a", "a"], ["b", "c", "d"], ["e"]], {
      userGapMs: 3_600_000,
    });
    const { fit, validation } = splitNewestUsers(dataset, 0.5);
    expect([...fit.userStart]).toEqual([0, 2, 5, 5, 5]);
    expect([...validation.targetRows]).toEqual([6, 7]);
    expect(validation).toMatchObject({ maskSeen: false, mean: "case" });
    expect(findLeaks(fit, validation)).toEqual([]);
  });

  it("holds the newest out however few there are, and none where it is the only one", () => {
    const few = splitNewestUsers(
      datasetOf(
        [
          ["a", "b"],
          ["b", "c"],
          ["c", "a"],
        ],
        { userGapMs: 10_000 },
      ),
      0.05,
    );
    expect([...few.fit.userStart]).toEqual([0, 2, 4, 4]);
    expect([...few.validation.targetRows]).toEqual([5]);
    const only = splitNewestUsers(datasetOf([["a", "b"]]), 0.05);
    expect([only.fit.items.length, only.validation.targetRows.length]).toEqual([2, 0]);
  });
});

describe("a sample of lists", () => {
  it("keeps each list whole", () => {
    const dataset = datasetOf(
      Array.from({ length: 10 }, (_, user) => Array.from({ length: 10 }, (_, i) => `i${user}-${i}`)),
      { gapMs: 0 },
    );
    const { validation } = splitHoldOut(dataset, 0.3, 1);
    const some = sampleCases(validation, 7, 1);
    expect(some.targetRows).toHaveLength(9);
    expect(new Set(some.users).size).toBe(3);
  });
});

describe("the check for leaks", () => {
  const dataset = datasetOf([
    ["a", "b", "c", "d", "e"],
    ["b", "c", "d", "e", "a"],
  ]);

  it("finds rows of the test among those fitted on", () => {
    const { test, validation } = splitLastOut(dataset);
    const planted = findLeaks(dataset, test);
    expect(planted).toEqual([
      { userId: "u0", itemId: "e", kind: "fitted" },
      { userId: "u1", itemId: "a", kind: "fitted" },
    ]);
    expect(findLeaks(dataset, validation)).toHaveLength(4);
  });

  it("finds them in a log that was cut too late", () => {
    const log = datasetOf(
      [
        ["a", "b", "c", "d"],
        ["b", "c", "d", "a"],
        ["c", "d", "a", "b"],
      ],
      { userGapMs: 10 },
    );
    const { train, cases } = splitByTime(log, 0.4);
    expect(findLeaks(train, cases)).toEqual([]);
    expect(findLeaks(log, cases).length).toBeGreaterThan(0);
  });

  it("finds rows from after the cut of users who have no case", () => {
    const row = (userId: string, itemId: string, timeMs: number) => ({
      ...{ userId, itemId, timeMs, weight: 1, typeCode: 1 },
    });
    const known = ["a", "b", "c", "d"].map((itemId, step) => row("u0", itemId, step));
    // Each has one row: without a history it asks for nothing.
    const late = [row("u1", "a", 3), row("u2", "b", 4)];
    const all = [...known, row("u3", "d", 0), ...late];
    const { train, cases, cutMs } = splitByTime(createDataset(all), 0.4);
    expect(cutMs).toBe(3);
    expect(new Set(cases.users)).toEqual(new Set([0]));
    expect(findLeaks(train, sampleCases(cases, 1, 1))).toEqual([]);
    const honest = all.filter(({ timeMs }) => timeMs < cutMs);
    const planted = findLeaks(createDataset([...honest, ...late]), cases);
    expect(planted).toEqual([
      { userId: "u1", itemId: "a", kind: "fitted" },
      { userId: "u2", itemId: "b", kind: "fitted" },
    ]);
  });

  it("finds a history that goes on beyond its target", () => {
    const { fit, test } = splitLastOut(dataset);
    const late = { ...test, historyEnds: test.historyEnds.map((end) => end + 1) };
    expect(findLeaks(fit, late).map(({ kind }) => kind)).toContain("history");
    const timesMs = dataset.timesMs.slice().fill(9_000, 3, 4);
    const disordered = { ...test, dataset: { ...dataset, timesMs } };
    expect(findLeaks(fit, disordered)).toEqual([{ userId: "u0", itemId: "d", kind: "history" }]);
  });
});

describe("shuffled items", () => {
  it("are as many of each as before, at other rows, by the seed", () => {
    const dataset = datasetOf(Array.from({ length: 20 }, (_, user) => ["a", "b", `c${user}`]));
    const shuffled = shuffleItems(dataset, 1);
    expect([...shuffled.items].sort()).toEqual([...dataset.items].sort());
    expect(shuffled.items).not.toEqual(dataset.items);
    expect(shuffleItems(dataset, 1)).toEqual(shuffled);
    expect(prefixCases(shuffled, () => true).targetRows).toHaveLength(40);
  });
});
