import { equalConstantTime, fnv1a32, fromBase64Url, toBase64Url } from "../base/index.ts";
import type { Variant } from "../experiments/index.ts";
import { PAGED_ITEMS_MAX } from "./limits.ts";
import type { Signer } from "./signer.ts";

/**
 * Where a visitor has come to in a list. It names what was shown and not a place: a place would mean something else after the next
 * event or under the next model, and the visitor would see an item twice.
 */
export interface Cursor {
  /** `fnv1a32` of each item on the pages before. */
  shown: ReadonlySet<number>;
  /** Of a scenario that holds visitors out: the pages that follow are of the same, whoever asks for them. */
  variant?: Exclude<Variant, "control">;
}

/** Purpose of the signature: a cursor is good for the tenant and the list that it was made for. */
export interface CursorOwner {
  tenant: string;
  /** The path and what it is asked about: a cursor of one list is none of another. */
  list: string;
}

/** By the variant of the pages. */
const FORMATS = { control: "1", personal: "1m", popular: "1p" } as const satisfies Record<Variant, string>;
const VARIANTS = ["control", "personal", "popular"] as const satisfies readonly Variant[];

/**
 * `<format>.<hashes>.<signature>`: four bytes for each item shown, so 2.7 KB at the most. Two ids share a hash once in four thousand million
 * pairs: then one item is left out of the pages that follow.
 */
export async function mintCursor(cursor: Cursor, owner: CursorOwner, signer: Signer): Promise<string> {
  const variant: Variant = cursor.variant ?? "control";
  const hashes = toBase64Url(new Uint8Array(Uint32Array.from(cursor.shown).buffer));
  return `${FORMATS[variant]}.${hashes}.${await signer.sign(purpose(owner, variant), hashes)}`;
}

/** Null unless the cursor is one of ours, of this tenant and for this list. */
export async function readCursor(token: string, owner: CursorOwner, signer: Signer): Promise<Cursor | null> {
  const [format, hashes, signature, ...more] = token.split(".");
  const variant = VARIANTS.find((name) => FORMATS[name] === format);
  if (variant === undefined || hashes === undefined || signature === undefined || more.length > 0)
    return null;
  if (!equalConstantTime(signature, await signer.sign(purpose(owner, variant), hashes))) return null;
  const bytes = fromBase64Url(hashes);
  if (bytes === null || bytes.byteLength % 4 !== 0) return null;
  const shown = new Set(new Uint32Array(bytes.slice().buffer));
  return variant === "control" ? { shown } : { shown, variant };
}

/** After these items, what comes next; null where a list goes no further. */
export function advance(cursor: Cursor, itemIds: readonly string[], variant: Variant): Cursor | null {
  const shown = new Set(cursor.shown);
  for (const itemId of itemIds) shown.add(fnv1a32(itemId));
  if (shown.size > PAGED_ITEMS_MAX) return null;
  return variant === "control" ? { shown } : { shown, variant };
}

export function wasShown({ shown }: Cursor, itemId: string): boolean {
  return shown.has(fnv1a32(itemId));
}

function purpose({ tenant, list }: CursorOwner, variant: Variant): string {
  return `${variant === "control" ? "cursor" : `cursor-${variant}`}/${tenant}/${list}`;
}
