import { discard, type Prng } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Pace } from "../model/pace.ts";

/** A run of `length` rows of one user from `start`; each is an input, and the row behind it what is to be predicted. */
export interface Piece {
  start: number;
  length: number;
}

/** Rows of the engine's matrix: pieces that stand one behind the other in it. */
export type PackedRow = readonly Piece[];

/**
 * The rows of an epoch. In typed arrays: an object for each of tens of thousands of pieces lives long enough to be taken for one that stays, and
 * dozens of epochs of them are tens of megabytes that nothing collects.
 */
export interface EpochPlan {
  rowCount: number;
  /** Rows from ≤ row < end, in the order of training; fewer where there are no more. */
  rows(from: number, end: number): PackedRow[];
  discard(): void;
}

/** Rows that are still open while pieces are packed: enough that little room stays empty. */
const OPEN_ROWS = 64;
/** Simple operations to make a piece and to shuffle it. */
const OPERATIONS_PER_PIECE = 20;
const PIECES_PER_TURN = 4_096;

/**
 * One epoch: every row of the data set that has a successor is an input once. Histories longer than the window are cut at a
 * place that each epoch draws anew, so that in time every interaction is predicted from all that the window lets it see.
 */
export async function planEpoch(
  dataset: Dataset,
  window: number,
  prng: Prng,
  pace: Pick<Pace, "spend">,
): Promise<EpochPlan> {
  const pieces = cutHistories(dataset, window, prng);
  await pace.spend(OPERATIONS_PER_PIECE * pieces.count);
  const { members, rowStart, rowCount } = await pack(pieces, prng.shuffle(upTo(pieces.count)), window, pace);
  const order = prng.shuffle(upTo(rowCount));
  return {
    rowCount,
    rows: (from, end) =>
      Array.from(order.subarray(from, end), (row) =>
        Array.from(members.subarray(rowStart[row], rowStart[row + 1]), (piece) => ({
          start: pieces.starts[piece] as number,
          length: pieces.lengths[piece] as number,
        })),
      ),
    discard: () => discard(pieces.starts, pieces.lengths, members, rowStart, order),
  };
}

/** [≥ count] each, by piece. */
interface Pieces {
  count: number;
  starts: Uint32Array;
  lengths: Uint32Array;
}

function cutHistories({ userStart }: Dataset, window: number, prng: Prng): Pieces {
  let most = 0;
  for (let user = 0; user + 1 < userStart.length; user++) {
    const inputs = (userStart[user + 1] as number) - (userStart[user] as number) - 1;
    // One more where the newest piece is cut short.
    most += Math.ceil(Math.max(0, inputs) / window) + 1;
  }
  const pieces = { count: 0, starts: new Uint32Array(most), lengths: new Uint32Array(most) };
  for (let user = 0; user + 1 < userStart.length; user++) {
    const start = userStart[user] as number;
    const inputs = (userStart[user + 1] as number) - start - 1;
    const cut = inputs > window ? prng.int(window) : 0;
    for (let end = inputs; end > 0; ) {
      const from = Math.max(0, end === inputs && cut > 0 ? end - cut : end - window);
      pieces.starts[pieces.count] = start + from;
      pieces.lengths[pieces.count++] = end - from;
      end = from;
    }
  }
  return pieces;
}

function upTo(count: number): Uint32Array<ArrayBuffer> {
  const numbers = new Uint32Array(count);
  for (let at = 0; at < count; at++) numbers[at] = at;
  return numbers;
}

/**
 * First fit: each piece goes into the first open row with room for it; the fullest row is closed when there are too many. Row r is
 * `members` from rowStart[r] to rowStart[r + 1]; `order` is used up.
 */
async function pack(
  { lengths }: Pieces,
  order: Uint32Array<ArrayBuffer>,
  window: number,
  pace: Pick<Pace, "spend">,
): Promise<{ members: Uint32Array; rowStart: Uint32Array; rowCount: number }> {
  const members = new Uint32Array(order.length);
  const rowStart = new Uint32Array(order.length + 1);
  let rowCount = 0;
  const close = ({ pieces }: OpenRow) => {
    const start = rowStart[rowCount++] as number;
    members.set(pieces, start);
    rowStart[rowCount] = start + pieces.length;
  };
  const open: OpenRow[] = [];
  for (let index = 0; index < order.length; index++) {
    const piece = order[index] as number;
    const length = lengths[piece] as number;
    if (index % PIECES_PER_TURN === 0) await pace.spend(PIECES_PER_TURN * OPEN_ROWS);
    let row = open.find(({ room }) => room >= length);
    if (row === undefined) {
      if (open.length === OPEN_ROWS) {
        const fullest = open.reduce(
          (best, { room }, index) => (room < (open[best]?.room ?? 0) ? index : best),
          0,
        );
        close(open.splice(fullest, 1)[0] as OpenRow);
      }
      row = { room: window, pieces: [] };
      open.push(row);
    }
    row.pieces.push(piece);
    row.room -= length;
  }
  for (const row of open) close(row);
  discard(order);
  return { members, rowStart, rowCount };
}

interface OpenRow {
  room: number;
  pieces: number[];
}
