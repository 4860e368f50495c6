import { createPrng, SECOND_MS } from "../../base/index.ts";
import { type Cases, casesOf } from "./cases.ts";
import { type Dataset, keepRows } from "./dataset.ts";

/**
 * Unordered data: of each user a drawn `share` of the rows, at least one of two, is to be found from the rest. The held-out rows
 * stand behind the others, a second later.
 */
export function splitHoldOut(
  dataset: Dataset,
  share: number,
  seed: number,
): { fit: Dataset; validation: Cases } {
  const isHeld = drawRows(dataset, share, seed);
  const fit = keepRows(dataset, (row) => isHeld[row] === 0);
  return { fit, validation: listCases(heldLast(dataset, isHeld)) };
}

/** Rows a second or more later than their user's first are the right answers of one list, the others its history. */
export function listCases(dataset: Dataset): Cases {
  const rows: number[] = [];
  const users: number[] = [];
  const historyEnds: number[] = [];
  for (let user = 0; user < dataset.userIds.length; user++) {
    const start = dataset.userStart[user] as number;
    const end = dataset.userStart[user + 1] as number;
    let historyEnd = start;
    while (historyEnd < end && dataset.timesMs[historyEnd] === dataset.timesMs[start]) historyEnd++;
    for (let row = historyEnd; row < end; row++) {
      rows.push(row);
      users.push(user);
      historyEnds.push(historyEnd);
    }
  }
  return casesOf(dataset, { rows, users, historyEnds }, { maskSeen: true, mean: "list" });
}

/** [rows] 1 for a row that is held out. */
function drawRows(dataset: Dataset, share: number, seed: number): Uint8Array {
  const prng = createPrng(`hold-out/${seed}`);
  const isHeld = new Uint8Array(dataset.items.length);
  for (let user = 0; user < dataset.userIds.length; user++) {
    const start = dataset.userStart[user] as number;
    const count = (dataset.userStart[user + 1] as number) - start;
    if (count < 2) continue;
    const rows = prng.shuffle(Array.from({ length: count }, (_, place) => start + place));
    for (const row of rows.slice(0, Math.max(1, Math.round(count * share)))) isHeld[row] = 1;
  }
  return isHeld;
}

/** The same rows, those held out behind the others of their user and a second later. */
function heldLast(dataset: Dataset, isHeld: Uint8Array): Dataset {
  const order = new Uint32Array(dataset.items.length);
  let next = 0;
  for (let user = 0; user < dataset.userIds.length; user++) {
    const end = dataset.userStart[user + 1] as number;
    for (const held of [0, 1]) {
      for (let row = dataset.userStart[user] as number; row < end; row++) {
        if (isHeld[row] === held) order[next++] = row;
      }
    }
  }
  return {
    ...dataset,
    items: Uint32Array.from(order, (row) => dataset.items[row] as number),
    timesMs: Float64Array.from(
      order,
      (row) => (dataset.timesMs[row] as number) + (isHeld[row] as number) * SECOND_MS,
    ),
    weights: Float32Array.from(order, (row) => dataset.weights[row] as number),
    types: Uint8Array.from(order, (row) => dataset.types[row] as number),
  };
}
