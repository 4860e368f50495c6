/**
 * How a graph answers. `plain`: floats, and each step by itself. `large`: the same from int8 tables, in as few passes over the items as
 * there can be. `indexed`: likewise, and items that lie far from the history are not looked at. That one is never chosen by size alone: what it
 * loses at a million items has not been measured yet.
 */
export type ModelForm = "plain" | "large" | "indexed";

/**
 * From so many items on, a float table and its packed copy are half of what a scorer holds, and fewer passes are quicker than fewer
 * nodes: at 50,000 they are not. Models of fewer keep their bytes.
 */
const LARGE_ITEMS = 100_000;

export function formFor(itemCount: number): ModelForm {
  return itemCount >= LARGE_ITEMS ? "large" : "plain";
}
