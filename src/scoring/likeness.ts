import { contentFeatures, LIKENESS_WIDTH } from "../catalogue/index.ts";
import type { ModelView } from "./view.ts";

/**
 * How alike two items are, −1 … 1: by the model's vectors where its version has some, else by what the items say of themselves (categories, tags,
 * brand, title), which is worked out for those asked about.
 */
export function likenessOf(view: ModelView): (a: number, b: number) => number {
  const { vectors } = view;
  if (vectors !== null) return (a, b) => vectors.cosine(a, b);
  const known = new Map<number, Float32Array>();
  const contentOf = (index: number) => {
    let content = known.get(index);
    if (content === undefined) {
      content = contentFeatures(view.itemAt(index), LIKENESS_WIDTH);
      known.set(index, content);
    }
    return content;
  };
  return (a, b) => {
    const [left, right] = [contentOf(a), contentOf(b)];
    let sum = 0;
    for (let i = 0; i < LIKENESS_WIDTH; i++) sum += (left[i] as number) * (right[i] as number);
    return sum;
  };
}
