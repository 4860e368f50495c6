import { discard } from "../../base/index.ts";
import type { Pace } from "../model/pace.ts";
import { addAfter, addOthers, addPrefix, type Sums } from "./around.ts";
import { type Support, supportOf } from "./blocks.ts";
import type { Matrix } from "./products.ts";
import { createPanels, PANEL, type Panels, setColumn } from "./solve.ts";
import type { Strongest } from "./strongest.ts";
import type { Walks } from "./walks.ts";

export interface SumOptions {
  /** α: share of the order-free part. */
  orderFree: number;
  /** λ */
  ridge: number;
}

/**
 * αX'X + (1−α)K + λI over the items of the support: X'X counts who has both, K is the Gram matrix of decayed prefixes (SLIST:
 * Choi et al., WWW 2021). Made column by column from the walks' rows on that item, so that writes stay together.
 */
export async function sumLeft(
  walks: Walks,
  { items, placeOf }: Support,
  { orderFree, ridge }: SumOptions,
  pace: Pace,
): Promise<Panels> {
  const { placeStart, places } = walks;
  const panels = createPanels(items.length);
  const values = new Float32Array(paddedSize(items.length));
  const sums = { walks, placeOf, values };
  for (let column = 0; column < values.length; column++) {
    values.fill(0);
    const item = items[column];
    let visited = 0;
    const end = item === undefined ? 0 : (placeStart[item + 1] as number);
    for (let place = item === undefined ? 0 : (placeStart[item] as number); place < end; place++) {
      const row = places[place] as number;
      values[column] = (values[column] as number) + orderFree;
      if (orderFree > 0) visited += addOthers(sums, row, orderFree);
      if (orderFree === 1) continue;
      const ordered = 1 - orderFree;
      visited += addPrefix(sums, row, ordered * (walks.tails[row] as number));
      visited += addAfter(sums, row, ordered);
    }
    // What stands beyond the support's end is the identity's.
    values[column] = (values[column] as number) + (item === undefined ? 1 : ridge);
    setColumn(panels, column, values);
    await pace.spend(visited * 3 + values.length * 4);
  }
  return panels;
}

/** What a set of columns of the right side is made from. */
export interface Columns {
  /** Item of each column. */
  targets: Uint32Array;
  orderFree: number;
  transitions: Strongest;
}

/**
 * Columns of αX'X + (1−α)(C − P'P₁B₁): C is decayed prefix × next item, P the decayed prefixes, P₁ their last items and B₁ the
 * transitions, so that only what the transitions do not explain is left to the prefixes.
 */
export async function sumRight(
  walks: Walks,
  { items, placeOf }: Support,
  { targets, orderFree, transitions }: Columns,
  pace: Pace,
): Promise<Matrix> {
  const columns = targets.length;
  const rows = paddedSize(items.length);
  const right = { rows, columns, data: new Float32Array(rows * columns) };
  const values = new Float32Array(items.length);
  const sums = { walks, placeOf, values };
  for (const [column, target] of targets.entries()) {
    values.fill(0);
    const visited = sumColumn(sums, target, orderFree);
    for (let place = 0; place < values.length; place++) {
      right.data[place * columns + column] = values[place] as number;
    }
    await pace.spend(visited * 3 + values.length * 4);
  }
  if (orderFree < 1) await subtractExplained(sums, right, { targets, orderFree, transitions }, pace);
  return right;
}

/** αX'X + (1−α)C of one target. */
function sumColumn(sums: Sums, target: number, orderFree: number): number {
  const { placeStart, places, steps } = sums.walks;
  let visited = 0;
  const end = placeStart[target + 1] as number;
  for (let place = placeStart[target] as number; place < end; place++) {
    const row = places[place] as number;
    if (orderFree > 0) visited += addOthers(sums, row, orderFree);
    const hasPrefix = (steps[row] as number) > 0;
    if (orderFree < 1 && hasPrefix) visited += addPrefix(sums, row - 1, 1 - orderFree);
  }
  return visited;
}

/** Item by item: the sum of all prefixes that it ends, times its transitions to the targets. */
async function subtractExplained(
  sums: Sums,
  right: Matrix,
  { targets, orderFree, transitions }: Columns,
  pace: Pace,
): Promise<void> {
  const { walks, values } = sums;
  const columnOf = supportOf(targets, walks.itemCount).placeOf;
  const columns = right.columns;
  const own = { columns: new Uint32Array(transitions.width), values: new Float32Array(transitions.width) };
  for (let item = 0; item < walks.itemCount; item++) {
    let found = 0;
    for (let at = item * transitions.width; at < transitions.endOf(item); at++) {
      const column = columnOf[transitions.columns[at] as number] as number;
      if (column < 0) continue;
      own.columns[found] = column;
      own.values[found++] = transitions.values[at] as number;
    }
    if (found === 0) continue;
    values.fill(0);
    let visited = 0;
    const end = walks.placeStart[item + 1] as number;
    for (let place = walks.placeStart[item] as number; place < end; place++) {
      const row = walks.places[place] as number;
      // Prefixes without a next item explain nothing.
      if ((walks.steps[row + 1] ?? 0) > 0) visited += addPrefix(sums, row, 1 - orderFree);
    }
    for (let place = 0; place < values.length; place++) {
      const explained = values[place] as number;
      if (explained === 0) continue;
      for (let i = 0; i < found; i++) {
        const at = place * columns + (own.columns[i] as number);
        right.data[at] = (right.data[at] as number) - explained * (own.values[i] as number);
      }
    }
    await pace.spend(visited * 3 + values.length * (2 + found * 2));
  }
  discard(columnOf);
}

function paddedSize(size: number): number {
  return Math.ceil(size / PANEL) * PANEL;
}
