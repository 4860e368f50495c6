import type { Prng } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";

/** A run of `length` rows of one user from `start`; each is an input, and the row behind it what is to be predicted. */
export interface Piece {
  start: number;
  length: number;
}

/** Rows of the engine's matrix: pieces that stand one behind the other in it. */
export type PackedRow = readonly Piece[];

/** Rows that are still open while pieces are packed: enough that little room stays empty. */
const OPEN_ROWS = 64;

/**
 * One epoch: every row of the data set that has a successor is an input once. Histories longer than the window are cut at a
 * place that each epoch draws anew, so that in time every interaction is predicted from all that the window lets it see.
 */
export function planEpoch(dataset: Dataset, window: number, prng: Prng): PackedRow[] {
  const pieces: Piece[] = [];
  for (let user = 0; user + 1 < dataset.userStart.length; user++) {
    const start = dataset.userStart[user] as number;
    const inputs = (dataset.userStart[user + 1] as number) - start - 1;
    const cut = inputs > window ? prng.int(window) : 0;
    for (let end = inputs; end > 0; ) {
      const from = Math.max(0, end === inputs && cut > 0 ? end - cut : end - window);
      pieces.push({ start: start + from, length: end - from });
      end = from;
    }
  }
  return prng.shuffle(pack(prng.shuffle(pieces), window));
}

/** First fit: each piece goes into the first open row with room for it; the fullest row is closed when there are too many. */
function pack(pieces: readonly Piece[], window: number): PackedRow[] {
  const closed: PackedRow[] = [];
  const open: { room: number; pieces: Piece[] }[] = [];
  for (const piece of pieces) {
    let row = open.find(({ room }) => room >= piece.length);
    if (row === undefined) {
      if (open.length === OPEN_ROWS) {
        const fullest = open.reduce(
          (best, { room }, index) => (room < (open[best]?.room ?? 0) ? index : best),
          0,
        );
        closed.push(...open.splice(fullest, 1).map((one) => one.pieces));
      }
      row = { room: window, pieces: [] };
      open.push(row);
    }
    row.pieces.push(piece);
    row.room -= piece.length;
  }
  return [...closed, ...open.map((one) => one.pieces)];
}
