import { discard } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Pace } from "../model/pace.ts";

/** Stretches of rows of the data set, each of one user, in order of their ends: the newest is last. */
export interface Sessions {
  /** [S] first row. */
  starts: Uint32Array;
  /** [S] the row behind the last. */
  ends: Uint32Array;
}

/**
 * Rows of a session: a longer one, or a history of years without a gap, is cut, so that one robot is not everybody's
 * neighbour.
 */
const SESSION_ROWS_MAX = 100;

const HOUR_MS = 3_600_000;

/**
 * Users' rows → sessions: cut where nothing happened for `gapHours` (0: never) and where they grow too long. Sessions of
 * one row are dropped, they tell nothing about what goes together; so are the oldest beyond `rowsMax` rows.
 */
export async function cutSessions(
  dataset: Dataset,
  { gapHours, rowsMax }: { gapHours: number; rowsMax: number },
  pace: Pace,
): Promise<Sessions> {
  const gapMs = gapHours === 0 ? Number.POSITIVE_INFINITY : gapHours * HOUR_MS;
  const { timesMs } = dataset;
  let count = 0;
  let oldestMs = Number.POSITIVE_INFINITY;
  await eachSession(dataset, gapMs, pace, (_, end) => {
    count++;
    oldestMs = Math.min(oldestMs, timesMs[end - 1] as number);
  });
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const seconds = new Uint32Array(count);
  let at = 0;
  await eachSession(dataset, gapMs, pace, (start, end) => {
    starts[at] = start;
    ends[at] = end;
    seconds[at++] = Math.min(((timesMs[end - 1] as number) - oldestMs) / 1_000, 0xffffffff);
  });
  const order = await orderOf(seconds, pace);
  const kept = order.subarray(oldestKept(order, { starts, ends }, rowsMax));
  const newest = {
    starts: kept.map((session) => starts[session] as number),
    ends: kept.map((session) => ends[session] as number),
  };
  discard(starts, ends, seconds, order);
  return newest;
}

async function eachSession(
  { userStart, timesMs }: Dataset,
  gapMs: number,
  pace: Pace,
  visit: (start: number, end: number) => void,
): Promise<void> {
  for (let user = 0; user + 1 < userStart.length; user++) {
    const userEnd = userStart[user + 1] as number;
    let start = userStart[user] as number;
    for (let row = start + 1; row <= userEnd; row++) {
      const isCut =
        row === userEnd ||
        row - start === SESSION_ROWS_MAX ||
        (timesMs[row] as number) - (timesMs[row - 1] as number) > gapMs;
      if (!isCut) continue;
      if (row - start > 1) visit(start, row);
      start = row;
    }
    await pace.spend((userEnd - (userStart[user] as number)) * 6 + 4);
  }
}

/** Place in `order` from which the sessions have at most `rowsMax` rows. */
function oldestKept(order: Uint32Array, { starts, ends }: Sessions, rowsMax: number): number {
  let rows = 0;
  for (let at = order.length - 1; at >= 0; at--) {
    const session = order[at] as number;
    rows += (ends[session] as number) - (starts[session] as number);
    if (rows > rowsMax) return at + 1;
  }
  return 0;
}

/** Sessions sorted in one piece. */
const PIECE = 1 << 15;

/** Places in order of time. Radix sort: it stops for others in between, and equal times stay in order. */
async function orderOf(seconds: Uint32Array, pace: Pace): Promise<Uint32Array> {
  let order = new Uint32Array(seconds.length);
  for (let session = 0; session < order.length; session++) order[session] = session;
  for (const shift of [0, 16]) {
    const next = new Uint32Array(0x10001);
    for (let session = 0; session < seconds.length; session++) {
      bump(next, (((seconds[session] as number) >>> shift) & 0xffff) + 1);
      if (session % PIECE === 0) await pace.spend(PIECE * 8);
    }
    for (let digit = 0; digit < 0xffff; digit++) {
      next[digit + 1] = (next[digit + 1] as number) + (next[digit] as number);
    }
    const sorted = new Uint32Array(order.length);
    for (let at = 0; at < order.length; at++) {
      const session = order[at] as number;
      if (at % PIECE === 0) await pace.spend(PIECE * 16);
      sorted[bump(next, ((seconds[session] as number) >>> shift) & 0xffff)] = session;
    }
    discard(order, next);
    order = sorted;
  }
  return order;
}

/** Adds one; the value before. */
function bump(counts: Uint32Array, at: number): number {
  const value = counts[at] as number;
  counts[at] = value + 1;
  return value;
}
