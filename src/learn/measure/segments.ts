import type { Cases } from "../data/cases.ts";

/** Histories up to this long are a new user's. */
const NEW_ROWS_MAX = 5;
/** Up to this long a light one's, longer a heavy one's. */
const LIGHT_ROWS_MAX = 20;
/** The most frequent items that make up so much of the fitted rows are the head. */
const HEAD_SHARE = 0.5;

export const SEGMENTS = ["new users", "light users", "heavy users", "head items", "tail items"] as const;
export type SegmentName = (typeof SEGMENTS)[number];

/** Places of the cases by how much is known of the user then, and by how frequent the item is in the rows fitted on. */
export function segmentsOf(cases: Cases, counts: Uint32Array): Record<SegmentName, number[]> {
  const { dataset, users, historyEnds, targetRows } = cases;
  const isHead = headOf(counts);
  const segments: Record<SegmentName, number[]> = {
    "new users": [],
    "light users": [],
    "heavy users": [],
    "head items": [],
    "tail items": [],
  };
  for (const [place, user] of users.entries()) {
    const rows = (historyEnds[place] as number) - (dataset.userStart[user] as number);
    const kind = rows <= NEW_ROWS_MAX ? "new" : rows <= LIGHT_ROWS_MAX ? "light" : "heavy";
    segments[`${kind} users`].push(place);
    const item = dataset.items[targetRows[place] as number] as number;
    segments[isHead[item] === 1 ? "head items" : "tail items"].push(place);
  }
  return segments;
}

/** [items] 1 for the most frequent, ties by index, until they have HEAD_SHARE of all rows. */
function headOf(counts: Uint32Array): Uint8Array {
  const isHead = new Uint8Array(counts.length);
  let left = HEAD_SHARE * counts.reduce((sum, count) => sum + count, 0);
  const order = Array.from(counts.keys()).sort(
    (a, b) => (counts[b] as number) - (counts[a] as number) || a - b,
  );
  for (const item of order) {
    if (left <= 0) break;
    isHead[item] = 1;
    left -= counts[item] as number;
  }
  return isHead;
}
