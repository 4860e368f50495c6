import { discard } from "../../base/index.ts";

/** The items that a step touches: their vectors, and the gradients that gather for them. */
export interface StepRows {
  /** [touched] */
  items: number[];
  /** [touched × d] */
  vectors: Float32Array;
  /** [touched × d] */
  slopes: Float32Array;
  /** Place of an item among the touched; touches it the first time. */
  slot(item: number): number;
  /** Forgets what was touched, for the next step. */
  clear(): void;
  discard(): void;
}

/** `capacity` items at most; `write` puts an item's vector where it is told. */
export function createStepRows(
  itemCount: number,
  capacity: number,
  width: number,
  write: (item: number, to: Float32Array, at: number) => void,
): StepRows {
  const slots = new Int32Array(itemCount).fill(-1);
  const vectors = new Float32Array(capacity * width);
  const slopes = new Float32Array(capacity * width);
  const items: number[] = [];
  return {
    items,
    vectors,
    slopes,
    slot(item) {
      const known = slots[item] as number;
      if (known >= 0) return known;
      const slot = items.length;
      slots[item] = slot;
      items.push(item);
      write(item, vectors, slot * width);
      slopes.fill(0, slot * width, (slot + 1) * width);
      return slot;
    },
    clear() {
      for (const item of items) slots[item] = -1;
      items.length = 0;
    },
    discard: () => discard(slots, vectors, slopes),
  };
}
