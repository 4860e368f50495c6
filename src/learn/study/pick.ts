import { discard } from "../../base/index.ts";
import type { Cases } from "../data/cases.ts";
import type { HistoryGroup } from "../measure/groups.ts";

/** Items kept of each part: far more than the ranks that count. */
const KEPT_PER_PART = 100;

/**
 * Finds the best items of each part among those that compete. A target is picked by the same rule as any other item: were it always in,
 * one that a sparse part knows nothing of would be held against the few that it does know, not against its thousands of equals.
 */
export function createPicker({ dataset, known, maskSeen }: Cases, itemCount: number) {
  const isOut = new Uint8Array(itemCount);
  const isIn = new Uint8Array(itemCount);
  const longer = new Uint32Array(itemCount);
  const heap = new Float32Array(KEPT_PER_PART);
  return {
    /** `items` and behind them what they do not hold yet; they themselves are discarded. */
    withBest(items: Uint32Array, rows: readonly Float32Array[], group: HistoryGroup): Uint32Array {
      for (let item = 0; item < itemCount; item++) isOut[item] = known[item] === 1 ? 0 : 1;
      for (let row = group.from; maskSeen && row < group.end; row++) isOut[dataset.items[row] as number] = 1;
      let count = items.length;
      longer.set(items);
      for (let at = 0; at < count; at++) isIn[longer[at] as number] = 1;
      for (const row of rows) {
        const least = leastOfBest(row, isOut, heap);
        for (let item = 0; item < itemCount; item++) {
          if ((row[item] as number) <= least || isOut[item] === 1 || isIn[item] === 1) continue;
          isIn[item] = 1;
          longer[count++] = item;
        }
      }
      for (let at = 0; at < count; at++) isIn[longer[at] as number] = 0;
      discard(items);
      return longer.slice(0, count);
    },
    close: () => discard(isOut, isIn, longer),
  };
}

/** The score that all but the best exceed at most; equal ones are left out together, so that a flat part adds none. */
function leastOfBest(row: Float32Array, isOut: Uint8Array, heap: Float32Array): number {
  heap.fill(Number.NEGATIVE_INFINITY);
  for (let item = 0; item < row.length; item++) {
    const value = row[item] as number;
    if (value <= (heap[0] as number) || isOut[item] === 1) continue;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
      if ((heap[child] as number) >= value) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = value;
  }
  return heap[0] as number;
}
