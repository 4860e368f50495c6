import type { Bound, BoundLeaf } from "./bind.ts";
import { type Bitmap, emptyBitmap, hasBit, intersect, invert, unite } from "./bitmap.ts";
import type { RuleColumns } from "./columns.ts";
import { leafBits } from "./leaf.ts";
import { RecentMap } from "./recent-map.ts";

/** Leaves that are kept of one model: most expressions of a site are made of the same few conditions. */
const LEAVES_MAX = 500;
/** Over all, so that a large catalogue does not take a model's place. */
const LEAF_BYTES_MAX = 3_000_000;

/** Columns, and the conditions compiled over them. Belongs to one model of one tenant: nothing of it is shared. */
export class CompiledColumns {
  readonly columns: RuleColumns;
  readonly #leaves: RecentMap<Bitmap>;

  constructor(columns: RuleColumns) {
    this.columns = columns;
    this.#leaves = new RecentMap(leafBytesMax(columns.size));
  }

  /** The rows that an expression holds for, as if the visitor had to do with none of them. Not to be changed. */
  bits(bound: Bound): Bitmap {
    switch (bound.kind) {
      case "item":
      case "near":
        return this.#leaf(bound);
      case "and":
      case "or":
        return this.#group(bound.kind, bound.parts);
      case "not": {
        const bits = this.bits(bound.part).slice();
        invert(bits, this.columns.size);
        return bits;
      }
      default: {
        const bits = emptyBitmap(this.columns.size);
        if (bound.kind === "always" && bound.holds) invert(bits, this.columns.size);
        return bits;
      }
    }
  }

  /** Whether a condition holds for one row. */
  holdsAt(leaf: BoundLeaf, row: number): boolean {
    return hasBit(this.#leaf(leaf), row);
  }

  /** Of no parts, `and` holds for all rows and `or` for none. */
  #group(kind: "and" | "or", [first, ...others]: readonly Bound[]): Bitmap {
    if (first === undefined) return this.bits({ kind: "always", holds: kind === "and" });
    const combine = kind === "and" ? intersect : unite;
    const result = this.bits(first).slice();
    for (const part of others) combine(result, this.bits(part));
    return result;
  }

  #leaf(leaf: BoundLeaf): Bitmap {
    const known = this.#leaves.get(leaf.key);
    if (known !== undefined) return known;
    const bits = leafBits(this.columns, leaf);
    this.#leaves.set(leaf.key, bits, bits.byteLength);
    return bits;
  }
}

/** What a model of so many items may keep in compiled conditions. */
export function leafBytesMax(size: number): number {
  return Math.min(LEAF_BYTES_MAX, LEAVES_MAX * (size / 8 + 200));
}
