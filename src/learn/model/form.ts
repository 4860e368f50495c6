/**
 * How a graph answers. `plain`: floats, and each step by itself. `lean`: the same in as few passes over the items as there can be. `large`: likewise,
 * from int8 tables. `indexed`: likewise, and items that lie far from the history are not looked at. That one is never chosen by size alone: what it loses
 * at a million items has not been measured yet.
 */
export type ModelForm = "plain" | "lean" | "large" | "indexed";

/** From so many items on, fewer passes are quicker than fewer nodes. */
const LEAN_ITEMS = 20_000;
/** From so many items on, a table of floats is most of what a scorer has room for. Until then floats are quicker: the engine takes several times as long to multiply int8. */
const LARGE_ITEMS = 100_000;

export function formFor(itemCount: number): ModelForm {
  if (itemCount >= LARGE_ITEMS) return "large";
  return itemCount >= LEAN_ITEMS ? "lean" : "plain";
}
