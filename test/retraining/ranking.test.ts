import { expect, it } from "vitest";
import { type Cases, casesSince, createDataset, takeCases } from "../../src/learn/index.ts";
import { partsOf } from "../../src/retraining/ranking.ts";

/** Five cases of each history. */
const TOGETHER = 5;

function casesOf(users: number): Cases {
  const rows = Array.from({ length: users * (TOGETHER + 1) }, (_, row) => {
    const place = row % (TOGETHER + 1);
    return {
      ...{ userId: `u${Math.floor(row / (TOGETHER + 1))}`, itemId: `i${place}` },
      ...{ timeMs: place === 0 ? 0 : 1_000, weight: 1, typeCode: 1 },
    };
  });
  const dataset = createDataset(rows);
  return casesSince(dataset, 1_000, new Uint8Array(dataset.itemIds.length).fill(1)).cases;
}

/** As if of so many items: they cost, and are nothing else here. */
function among(itemCount: number, cases: Cases): Cases {
  const itemIds = Array.from({ length: itemCount }, () => "");
  return { ...cases, dataset: { ...cases.dataset, itemIds } };
}

it("cases of a small catalogue are one part, as they are", () => {
  const cases = casesOf(400);
  expect(cases.targetRows).toHaveLength(2_000);
  expect(partsOf(cases)).toEqual([cases]);
});

it("cases of a large one are several, none left out, those of one history together", () => {
  const cases = among(1_000_000, casesOf(400));
  const parts = partsOf(cases);
  expect(parts.length).toBeGreaterThan(4);
  for (const column of ["targetRows", "users", "historyEnds"] as const) {
    expect(parts.flatMap((part) => [...part[column]])).toEqual([...cases[column]]);
  }
  for (const part of parts) expect(part.targetRows.length % TOGETHER).toBe(0);
  const few = takeCases(cases, [0, 1, 2]);
  expect(partsOf(few)).toEqual([few]);
});
