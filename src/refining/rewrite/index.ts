/**
 * Copy on write of a partition's sorted rows: changes are folded into the files that they touch, and all others stay. Knows no
 * table of ours: silver's states and gold's tables tell it their order and their fold.
 */
export { clusterFiles, type FileOrder } from "./clusters.ts";
export { type Fold, type RowSink, rewrite } from "./rewrite.ts";
export { boundOf, type Cells, rowsOf } from "./rows.ts";
export { FILE_ROWS, tableSink } from "./sink.ts";
