import type { DataShape } from "../data/shape.ts";
import type { Parameters } from "../model/learner.ts";
import { BLOCK_SIZES } from "./blocks.ts";
import { DECAY_MIN } from "./decay.ts";
import { COLUMNS_MAX, FOLLOWERS_MAX } from "./fit.ts";
import { USER_ROWS_MAX } from "./walks.ts";

/** As the pace counts them: a row visited is three operations, a cell of a matrix written or offered about fourteen. */
const VISIT_SECONDS = 1e-8;
const CELL_SECONDS = 5e-8;
const FLOP_SECONDS = 1 / 1.2e10;
/** Users with many rows have more than their share of all rows, so a row's user has more rows than the mean. */
const LENGTH_BIAS = 2;

/** Estimated CPU-seconds of a fit. */
export function linearSeconds(shape: DataShape, parameters: Parameters): number {
  const { items, rows, rowsPerUser } = shape;
  const orderFree = parameters.orderFree ?? 1;
  const beside = Math.min(LENGTH_BIAS * rowsPerUser, USER_ROWS_MAX);
  const decayed = Math.min(
    beside / 2,
    -Math.log(DECAY_MIN) * (parameters.positionDecay ?? Number.POSITIVE_INFINITY),
  );
  const free = orderFree > 0 ? beside : 0;
  const ordered = orderFree < 1 ? decayed : 0;
  const { exactItemsMax, targets, support } = BLOCK_SIZES;
  const isExact = items <= exactItemsMax;
  const size = isExact ? items : support;
  const columns = isExact ? items : targets;
  const blocks = items / columns;
  const followers = orderFree < 1 ? Math.min(FOLLOWERS_MAX, rows / items) : 0;
  // Rows on the items of a block's support, which are the frequent ones, and on those that lead to its targets.
  const supportRows = Math.min(rows, (2 * rows * size) / items);
  const leadingRows = rows * Math.min(1, (columns * followers) / items) * Math.ceil(columns / COLUMNS_MAX);
  const visits =
    rows * (isExact ? 1 : 3) * (free + ordered) +
    blocks * (supportRows * (free + 2 * ordered) + leadingRows * ordered);
  const cells = blocks * (size * (size + columns) * 0.5 + (size * columns * followers) / 10);
  const flops = blocks * ((2 / 3) * size ** 3 + 2 * size ** 2 * columns);
  return visits * VISIT_SECONDS + cells * CELL_SECONDS + flops * FLOP_SECONDS + rows * 3e-7;
}
