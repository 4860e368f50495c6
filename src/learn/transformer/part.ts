import type { Tensor } from "../../base/index.ts";
import type { FitOptions, FittedPart, Parameters } from "../model/learner.ts";
import type { StateSizes, TrainingState } from "./state.ts";
import { contentOf, tableOf } from "./trainer.ts";

/** What serving needs of the state, which may then be discarded: no moments, content folded into the items' vectors, an empty row N. */
export function partOf(
  state: TrainingState,
  known: readonly number[],
  { parameters, sizes, options }: { parameters: Parameters; sizes: StateSizes; options: FitOptions },
): FittedPart {
  const { itemCount, width } = sizes;
  const vectors = new Float32Array((itemCount + 1) * width);
  const tensors: Record<string, Tensor> = {
    items: { type: "float32", dims: [itemCount + 1, width], data: vectors },
  };
  for (const [name, { dims, learned }] of state.tables) {
    // A copy: values and moments may lie on one buffer.
    if (name !== "items") tensors[name] = { type: "float32", dims: [...dims], data: learned.values.slice() };
  }
  const own = tableOf(state, "items").values;
  const content = contentOf(state, sizes, options.content);
  // Items without interactions have nothing of their own but the first draw.
  for (const item of known) {
    vectors.set(own.subarray(item * width, (item + 1) * width), item * width);
  }
  for (let item = 0; content !== null && item < itemCount; item++) content.add(item, vectors, item * width);
  content?.discard();
  const warm = state.isWarm ? { isWarm: true as const } : {};
  return { learner: "transformer", parameters, itemCount, tensors, losses: state.losses, ...warm };
}
