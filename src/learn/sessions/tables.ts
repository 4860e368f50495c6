import { assert, discard, type Tensor } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FittedPart } from "../model/learner.ts";
import type { Pace } from "../model/pace.ts";
import type { Sessions } from "./cut.ts";

/** Sessions of an item that are looked at, the newest: 100 lose nothing against 1,000 (measured) and cost a tenth. */
export const SESSIONS_PER_ITEM = 100;

/** Sessions shrink with (rows)^0.25: what somebody met among a hundred items says less than among three. */
const LENGTH_EXPONENT = 0.25;

/** Share of the rows, the newest, that show what is rising. */
const TREND_SHARE = 0.03;

/**
 * What the graph reads. R session rows with a row of the empty item N before the first session and after each, so that a
 * window that runs over a border ends there; S sessions; P places of items in sessions, newest session first; N items.
 */
export interface Tables {
  /** uint16 or int32 [R + S + 1] item index; N between sessions. */
  items: Tensor;
  /** int32 [S + 2] first row of each session in `items`; session S is empty and stands for none. */
  sessionStart: Tensor;
  /** float32 [S + 1] recency and length of each session. */
  sessionWeight: Tensor;
  /** int32 [N + 2] places of item i are placeStart[i] ≤ p < placeStart[i + 1]; row N has none. */
  placeStart: Tensor;
  /** int32 [P + 1] row in `items`; the last entry stands for none. */
  placeRow: Tensor;
  /** int32 [P + 1] session; the last entry is S. */
  placeSession: Tensor;
  /** float32 [N + 1] log(S / sessions with the item): rare items tell more. */
  rarity: Tensor;
  /** float32 [1, N] rarity times the item's trend. */
  itemWeight: Tensor;
}

export interface TableOptions {
  /** Age at which a session counts 1/e, in shares of all sessions. */
  recency: number;
  /** How much items that are rising gain. */
  trend: number;
}

/** `sessions` in order, newest last. */
export async function sessionTables(
  dataset: Dataset,
  sessions: Sessions,
  { recency, trend }: TableOptions,
  pace: Pace,
): Promise<Tables> {
  const itemCount = dataset.itemIds.length;
  const { items, sessionStart } = await layOut(dataset, sessions, pace);
  const sessionCount = sessions.starts.length;
  const sessionWeight = new Float32Array(sessionCount + 1);
  for (let session = 0; session < sessionCount; session++) {
    const rows = (sessions.ends[session] as number) - (sessions.starts[session] as number);
    const age = (sessionCount - session) / sessionCount;
    sessionWeight[session] = Math.exp(-age / recency) / rows ** LENGTH_EXPONENT;
    await pace.spend(60);
  }
  const places = await findPlaces({ items, sessionStart, itemCount }, pace);
  const rarity = Float32Array.from(places.sessionsWith, (found, item) =>
    item === itemCount || found === 0 ? 0 : Math.log1p(sessionCount / found),
  );
  const rising = await itemTrends(items, itemCount, pace);
  const itemWeight = rising.map((value, item) => (rarity[item] as number) * value ** trend);
  discard(places.sessionsWith, rising);
  const table = (data: Int32Array<ArrayBuffer>): Tensor => ({ type: "int32", dims: [data.length], data });
  return {
    items:
      items instanceof Uint16Array ? { type: "uint16", dims: [items.length], data: items } : table(items),
    sessionStart: table(sessionStart),
    sessionWeight: { type: "float32", dims: [sessionWeight.length], data: sessionWeight },
    placeStart: table(places.placeStart),
    placeRow: table(places.placeRow),
    placeSession: table(places.placeSession),
    rarity: { type: "float32", dims: [rarity.length], data: rarity },
    itemWeight: { type: "float32", dims: [1, itemCount], data: itemWeight },
  };
}

interface Layout {
  items: Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  sessionStart: Int32Array<ArrayBuffer>;
}

async function layOut(dataset: Dataset, { starts, ends }: Sessions, pace: Pace): Promise<Layout> {
  const itemCount = dataset.itemIds.length;
  let rows = 1;
  for (const [session, start] of starts.entries()) rows += (ends[session] as number) - start + 1;
  const items = itemCount <= 0xffff ? new Uint16Array(rows) : new Int32Array(rows);
  items.fill(itemCount);
  const sessionStart = new Int32Array(starts.length + 2);
  let at = 1;
  for (const [session, start] of starts.entries()) {
    const end = ends[session] as number;
    items.set(dataset.items.subarray(start, end), at);
    sessionStart[session] = at;
    at += end - start + 1;
    await pace.spend((end - start) * 6 + 100);
  }
  sessionStart.fill(at, starts.length);
  return { items, sessionStart };
}

/** An item that comes several times in a session has its place where it came last. */
async function findPlaces({ items, sessionStart, itemCount }: Layout & { itemCount: number }, pace: Pace) {
  const sessionsWith = new Uint32Array(itemCount + 1);
  const sessionCount = sessionStart.length - 2;
  const lastSeen = new Int32Array(itemCount).fill(-1);
  const eachPlace = async (visit: (item: number, row: number, session: number) => void) => {
    lastSeen.fill(-1);
    for (let session = sessionCount - 1; session >= 0; session--) {
      const start = sessionStart[session] as number;
      const end = (sessionStart[session + 1] as number) - 1;
      for (let row = end - 1; row >= start; row--) {
        const item = items[row] as number;
        if (lastSeen[item] === session) continue;
        lastSeen[item] = session;
        visit(item, row, session);
      }
      await pace.spend((end - start) * 25 + 10);
    }
  };
  await eachPlace((item) => {
    sessionsWith[item] = (sessionsWith[item] as number) + 1;
  });
  const placeStart = new Int32Array(itemCount + 2);
  for (let item = 0; item <= itemCount; item++) {
    const kept = Math.min(sessionsWith[item] as number, SESSIONS_PER_ITEM);
    placeStart[item + 1] = (placeStart[item] as number) + kept;
  }
  const placeCount = placeStart[itemCount + 1] as number;
  const placeRow = new Int32Array(placeCount + 1);
  const placeSession = new Int32Array(placeCount + 1).fill(sessionCount);
  const next = placeStart.slice();
  await eachPlace((item, row, session) => {
    const place = next[item] as number;
    if (place === placeStart[item + 1]) return;
    next[item] = place + 1;
    placeRow[place] = row;
    placeSession[place] = session;
  });
  discard(lastSeen, next);
  return { sessionsWith, placeStart, placeRow, placeSession };
}

/** [N] (1 + rows of late) / (1 + all rows)^0.8, late rows by exponential decay over the newest TREND_SHARE. */
async function itemTrends(
  items: Layout["items"],
  itemCount: number,
  pace: Pace,
): Promise<Float32Array<ArrayBuffer>> {
  const late = new Float64Array(itemCount + 1);
  const all = new Float64Array(itemCount + 1);
  const span = items.length * TREND_SHARE;
  for (let row = 0; row < items.length; row++) {
    const item = items[row] as number;
    all[item] = (all[item] as number) + 1;
    late[item] = (late[item] as number) + Math.exp((row - items.length) / span);
    if (row % 10_000 === 9_999) await pace.spend(300_000);
  }
  const trends = new Float32Array(itemCount);
  for (let item = 0; item < itemCount; item++) {
    trends[item] = (1 + (late[item] as number)) / (1 + (all[item] as number)) ** 0.8;
  }
  discard(late, all);
  return trends;
}

/** Throws for a part that another learner fitted. */
export function tensorOf({ tensors }: FittedPart, name: string): Tensor {
  const tensor = tensors[name];
  assert(tensor !== undefined, `a part of sessions holds \`${name}\``);
  return tensor;
}
