/**
 * How a graph answers. `plain`: floats, and each step by itself. `large`: the same from int8 tables, in as few passes over the items as
 * there can be. `indexed`: likewise, and items that lie far from the history are not looked at.
 */
export type ModelForm = "plain" | "large" | "indexed";

/**
 * From so many items on, a float table and its packed copy are half of what a scorer holds, and fewer passes are quicker than fewer
 * nodes: at 50,000 they are not. Models of fewer keep their bytes.
 */
const LARGE_ITEMS = 100_000;
/** From so many on, a scan of them is slower than an answer may be. */
const INDEXED_ITEMS = 400_000;

/** `isIndexable`: the scores are one query's products with the items' vectors, and nothing beside them. */
export function formFor(itemCount: number, isIndexable: boolean): ModelForm {
  if (isIndexable && itemCount >= INDEXED_ITEMS) return "indexed";
  return itemCount >= LARGE_ITEMS ? "large" : "plain";
}
