import { leafBytesMax, type RuleColumns, setBytesMax } from "../rules/index.ts";
import type { Catalogue } from "./read.ts";

/** Of each item: its place by popularity, and a base bias with the buffers that are lent from it. */
const ITEM_BYTES = 4 + 5 * 4;

/** About what a scorer holds of a model's items in memory, its side files apart: columns, those of rules, and what rules may keep compiled. */
export function heldBytes({ size, bytes }: Catalogue, rules: Pick<RuleColumns, "bytes">): number {
  return bytes + rules.bytes + size * ITEM_BYTES + leafBytesMax(size) + setBytesMax(size);
}
