import type { Prng } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Pace } from "../model/pace.ts";

/** A run of `length` rows of one user from `start`; each is an input, and the row behind it what is to be predicted. */
export interface Piece {
  start: number;
  length: number;
}

/** Rows of the engine's matrix: pieces that stand one behind the other in it. */
export type PackedRow = readonly Piece[];

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
): Promise<PackedRow[]> {
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
  await pace.spend(OPERATIONS_PER_PIECE * pieces.length);
  return prng.shuffle(await pack(prng.shuffle(pieces), window, pace));
}

/** First fit: each piece goes into the first open row with room for it; the fullest row is closed when there are too many. */
async function pack(
  pieces: readonly Piece[],
  window: number,
  pace: Pick<Pace, "spend">,
): Promise<PackedRow[]> {
  const closed: PackedRow[] = [];
  const open: { room: number; pieces: Piece[] }[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (index % PIECES_PER_TURN === 0) await pace.spend(PIECES_PER_TURN * OPEN_ROWS);
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
