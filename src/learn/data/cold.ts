import { createPrng } from "../../base/index.ts";
import { type Cases, takeCases } from "./cases.ts";
import { type Dataset, keepRows } from "./dataset.ts";

/** A data set whose items stand anew: those with rows left first, the held-out ones behind them, so that these may come late. */
export interface HeldOutItems {
  /** Without the rows of the held-out items, over the others alone. */
  dataset: Dataset;
  /** New place of each item of the old order. */
  places: Uint32Array;
  /** Items from this place on are held out. */
  from: number;
}

/** Takes a drawn `share` of the items out whole: as if they had come after everything else. */
export function holdOutItems(dataset: Dataset, share: number, seed: number): HeldOutItems {
  const prng = createPrng(`cold/${seed}`);
  const drawn = prng
    .shuffle([...dataset.itemIds.keys()])
    .slice(0, Math.round(dataset.itemIds.length * share));
  const isHeld = new Uint8Array(dataset.itemIds.length);
  for (const item of drawn) isHeld[item] = 1;
  const places = new Uint32Array(dataset.itemIds.length);
  let next = 0;
  for (const held of [0, 1]) {
    for (const [item, kind] of isHeld.entries()) if (kind === held) places[item] = next++;
  }
  const from = dataset.itemIds.length - drawn.length;
  const kept = keepRows(dataset, (row) => isHeld[dataset.items[row] as number] === 0);
  return {
    dataset: { ...renumbered(kept, places), itemIds: idsOf(dataset, places).slice(0, from) },
    places,
    from,
  };
}

/** The cases over the new order: held-out items leave the histories, but are still to be found. `among`: only where and what they are. */
export function coldCases(cases: Cases, { places, from }: HeldOutItems): { full: Cases; among: Cases } {
  const { dataset, targetRows, users, historyEnds } = cases;
  const isTarget = new Uint8Array(dataset.items.length);
  for (const row of targetRows) isTarget[row] = 1;
  const isHeld = (row: number) => (places[dataset.items[row] as number] as number) >= from;
  /** Rows kept before each. */
  const before = new Uint32Array(dataset.items.length + 1);
  for (let row = 0; row < dataset.items.length; row++) {
    before[row + 1] = (before[row] as number) + (isHeld(row) && isTarget[row] === 0 ? 0 : 1);
  }
  const kept = keepRows(dataset, (row) => before[row + 1] !== before[row]);
  const full: Cases = {
    ...cases,
    dataset: { ...renumbered(kept, places), itemIds: idsOf(dataset, places) },
    targetRows: targetRows.map((row) => before[row] as number),
    historyEnds: historyEnds.map((row) => before[row] as number),
    known: new Uint8Array(dataset.itemIds.length),
  };
  for (const [item, known] of cases.known.entries()) full.known[places[item] as number] = known;
  const held = [...users.keys()].filter((place) => isHeld(targetRows[place] as number));
  const among = takeCases(
    { ...full, known: full.known.map((known, place) => (place < from ? 0 : known)) },
    held,
  );
  return { full, among };
}

function renumbered(dataset: Dataset, places: Uint32Array): Dataset {
  return { ...dataset, items: dataset.items.map((item) => places[item] as number) };
}

function idsOf({ itemIds }: Dataset, places: Uint32Array): string[] {
  const ids = new Array<string>(itemIds.length);
  for (const [item, place] of places.entries()) ids[place] = itemIds[item] as string;
  return ids;
}
