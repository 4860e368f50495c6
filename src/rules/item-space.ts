import type { Bound } from "./bind.ts";
import { type Bitmap, clearBit, countBits, emptyBitmap, hasBit, intersect, setBit } from "./bitmap.ts";
import type { CompiledColumns } from "./compiled-columns.ts";
import { RecentMap } from "./recent-map.ts";

/** A model's items with what has become of them since: N of the model, M late ones behind. */
export interface SpaceParts {
  base: CompiledColumns;
  /** Of the items edited or new since, as they are now. */
  extra: CompiledColumns;
  /** Row of `extra` → index in N + M. */
  extraIndex: Uint32Array;
  /** N + M */
  size: number;
  /** [N + M] 0 or −inf. */
  availability: Float32Array;
  /** Undefined: known to neither. */
  indexOf(itemId: string): number | undefined;
  idAt(index: number): string;
}

/** Items that an expression holds for; not to be changed. */
export interface ItemSet {
  bits: Bitmap;
  count: number;
  /** Whether it holds available items only. */
  isOfAvailable: boolean;
}

/** An item for which an expression says otherwise for this visitor than for others. */
export interface Exception {
  index: number;
  holds: boolean;
}

const SET_BYTES_MAX = 3_000_000;
/** Expressions kept of one view: those of a site's placements, and the newest of those that visitors' own values make. */
const SETS_MAX = 500;

/** What one overlay makes of a model, as far as rules go, with the expressions compiled over it. */
export class ItemSpace {
  readonly size: number;
  readonly #parts: SpaceParts;
  readonly #available: Bitmap;
  readonly #extraRow: ReadonlyMap<number, number>;
  readonly #sets: RecentMap<ItemSet>;

  constructor(parts: SpaceParts) {
    this.#parts = parts;
    this.size = parts.size;
    this.#available = emptyBitmap(this.size);
    for (const [index, bias] of parts.availability.entries()) if (bias === 0) setBit(this.#available, index);
    this.#extraRow = new Map([...parts.extraIndex].map((index, row) => [index, row]));
    this.#sets = new RecentMap(setBytesMax(this.size));
  }

  isAvailable(index: number): boolean {
    return hasBit(this.#available, index);
  }

  /** The available items that an expression holds for, as if the visitor had to do with none of them. */
  allowed(bound: Bound): ItemSet {
    return this.#keep(bound, true);
  }

  /** The items that an expression holds for, likewise, available or not. */
  matching(bound: Bound): ItemSet {
    return this.#keep(bound, false);
  }

  /** Where the items that the visitor has to do with make a difference to `set`, which is of this very expression. */
  exceptions(bound: Bound, set: ItemSet): Exception[] {
    const mine = new Set<number>();
    collectMine(bound, (itemId) => {
      const index = this.#parts.indexOf(itemId);
      if (index !== undefined) mine.add(index);
    });
    return [...mine]
      .map((index) => ({
        index,
        holds: this.holdsAt(bound, index) && (!set.isOfAvailable || this.isAvailable(index)),
      }))
      .filter(({ index, holds }) => holds !== hasBit(set.bits, index));
  }

  /** Whether an expression holds for one item and this visitor. */
  holdsAt(bound: Bound, index: number): boolean {
    switch (bound.kind) {
      case "and":
        return bound.parts.every((part) => this.holdsAt(part, index));
      case "or":
        return bound.parts.some((part) => this.holdsAt(part, index));
      case "not":
        return !this.holdsAt(bound.part, index);
      case "always":
        return bound.holds;
      case "mine":
        return bound.itemIds.has(this.#parts.idAt(index));
      default: {
        const row = this.#extraRow.get(index);
        const { base, extra } = this.#parts;
        return row === undefined ? base.holdsAt(bound, index) : extra.holdsAt(bound, row);
      }
    }
  }

  #keep(bound: Bound, isOfAvailable: boolean): ItemSet {
    const key = `${isOfAvailable ? "allowed" : "all"}:${keyOf(bound)}`;
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const bits = this.#bits(bound);
    if (isOfAvailable) intersect(bits, this.#available);
    const set = { bits, count: countBits(bits), isOfAvailable };
    this.#sets.set(key, set, bits.byteLength);
    return set;
  }

  /** Over the model's columns, and over the few of the overlay, put in their places. */
  #bits(bound: Bound): Bitmap {
    const { base, extra, extraIndex } = this.#parts;
    const bits = emptyBitmap(this.size);
    bits.set(base.bits(bound));
    const changed = extra.bits(bound);
    for (let row = 0; row < extraIndex.length; row++) {
      const index = extraIndex[row] as number;
      if (hasBit(changed, row)) setBit(bits, index);
      else clearBit(bits, index);
    }
    return bits;
  }
}

/** What a view over so many items may keep in compiled expressions. */
export function setBytesMax(size: number): number {
  return Math.min(SET_BYTES_MAX, SETS_MAX * (size / 8 + 200));
}

/**
 * The same for all visitors for whom it is the same question, but for the items that they have to do with; another for every other question, since a
 * condition's key cannot be taken for a part of the groups around it. Anybody may name the fields and values of one.
 */
export function keyOf(bound: Bound): string {
  switch (bound.kind) {
    case "and":
    case "or":
      return `${bound.kind}(${bound.parts.map(keyOf).join(",")})`;
    case "not":
      return `not(${keyOf(bound.part)})`;
    case "always":
      return String(bound.holds);
    case "mine":
      return "mine";
    default:
      return bound.key;
  }
}

function collectMine(bound: Bound, add: (itemId: string) => void): void {
  if (bound.kind === "mine") for (const itemId of bound.itemIds) add(itemId);
  else if (bound.kind === "not") collectMine(bound.part, add);
  else if (bound.kind === "and" || bound.kind === "or")
    for (const part of bound.parts) collectMine(part, add);
}
