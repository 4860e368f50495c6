import { discard, type Tensor } from "../../base/index.ts";
import type { Parameters } from "../model/learner.ts";
import type { Pace } from "../model/pace.ts";
import { nearness, WINDOW } from "./nearness.ts";
import type { Tables } from "./tables.ts";

/** Neighbours kept of an item: more change nothing (measured at 37,000 items). */
const WIDTH_MAX = 32;
/** Entries of the whole table, 3–5 bytes each: a large catalogue keeps fewer of each item. */
const ENTRIES_MAX = 1_250_000;

const LEVEL_MAX = 255;

/** Items that are lent most where only item i is asked for, in bytes: share of the lot = level · scale of the row. */
export interface Neighbours {
  /** uint16 or int32 [N, T]; N where a row has fewer. */
  neighbours: Tensor;
  /** uint8 [N, T] */
  levels: Tensor;
  /** float32 [N] */
  scales: Tensor;
}

export async function itemNeighbours(
  tables: Tables,
  { itemCount, parameters }: { itemCount: number; parameters: Parameters },
  pace: Pace,
): Promise<Neighbours> {
  const width = Math.max(1, Math.min(WIDTH_MAX, Math.floor(ENTRIES_MAX / itemCount)));
  const cells = itemCount * width;
  const neighbours = (itemCount <= 0xffff ? new Uint16Array(cells) : new Int32Array(cells)).fill(itemCount);
  const levels = new Uint8Array(cells);
  const scales = new Float32Array(itemCount);
  const lender = createLender(tables, itemCount, parameters);
  for (let item = 0; item < itemCount; item++) {
    const { values, found, operations } = lender.lend(item);
    const best = found.length <= width ? found : strongest(found, values, width);
    const total = best.reduce((sum, one) => sum + (values[one] as number), 0);
    const top = best.reduce((most, one) => Math.max(most, values[one] as number), 0);
    if (top > 0) {
      scales[item] = top / total / LEVEL_MAX;
      for (const [place, one] of best.entries()) {
        neighbours[item * width + place] = one;
        levels[item * width + place] = Math.round(((values[one] as number) / top) * LEVEL_MAX);
      }
    }
    for (const one of found) values[one] = 0;
    await pace.spend(operations + found.length * 100 + 500);
  }
  lender.close();
  const dims = [itemCount, width];
  return {
    neighbours:
      neighbours instanceof Uint16Array
        ? { type: "uint16", dims, data: neighbours }
        : { type: "int32", dims, data: neighbours },
    levels: { type: "uint8", dims, data: levels },
    scales: { type: "float32", dims: [itemCount], data: scales },
  };
}

/** What the graph does for a history of one item. */
function createLender(tables: Tables, itemCount: number, parameters: Parameters) {
  const column = (tensor: Tensor) => tensor.data as Int32Array;
  const [placeStart, placeRow, placeSession] = [tables.placeStart, tables.placeRow, tables.placeSession].map(
    column,
  ) as [Int32Array, Int32Array, Int32Array];
  const items = tables.items.data as Uint16Array | Int32Array;
  const sessionStart = column(tables.sessionStart);
  const sessionWeight = tables.sessionWeight.data as Float32Array;
  const itemWeight = tables.itemWeight.data as Float32Array;
  const near = Float64Array.from({ length: 2 * WINDOW + 1 }, (_, at) => nearness(at - WINDOW, parameters));
  const values = new Float64Array(itemCount);
  return {
    lend(item: number) {
      const found: number[] = [];
      const end = placeStart[item + 1] as number;
      let operations = 20;
      for (let place = placeStart[item] as number; place < end; place++) {
        const session = placeSession[place] as number;
        const row = placeRow[place] as number;
        const from = Math.max(sessionStart[session] as number, row - WINDOW);
        const to = Math.min((sessionStart[session + 1] as number) - 2, row + WINDOW);
        for (let at = from; at <= to; at++) {
          const other = items[at] as number;
          if (other === item) continue;
          if (values[other] === 0) found.push(other);
          values[other] =
            (values[other] as number) +
            (near[at - row + WINDOW] as number) *
              (sessionWeight[session] as number) *
              (itemWeight[other] as number);
        }
        operations += (to - from + 1) * 20 + 20;
      }
      return { values, found, operations };
    },
    close: () => discard(values),
  };
}

/** The `count` strongest, the order of `found` deciding among equals. */
function strongest(found: readonly number[], values: Float64Array, count: number): number[] {
  const sorted = Float64Array.from(found, (one) => values[one] as number).sort();
  const least = sorted[sorted.length - count] as number;
  const above = found.filter((one) => (values[one] as number) > least);
  const equal = found.filter((one) => values[one] === least);
  return [...above, ...equal.slice(0, count - above.length)];
}
