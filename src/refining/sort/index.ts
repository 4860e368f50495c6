/** Sorting and merging of more rows than memory holds, in blocks, with what does not fit in objects of the run's own. */
export { ExternalSort, type SortOptions } from "./external-sort.ts";
export { type Blocks, Cursor, mergeSorted } from "./merge.ts";
export { type Compare, mergeOrdered, type OrderedRows } from "./merge-ordered.ts";
export { openScratch, PIECE_ROWS, type Scratch, type Storable, WORK_PREFIX } from "./scratch.ts";
export { BLOCK_ROWS, Spool, type Within } from "./spool.ts";
