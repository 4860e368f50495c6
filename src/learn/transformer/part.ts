import type { Tensor } from "../../base/index.ts";
import type { FitOptions, FittedPart, Parameters } from "../model/learner.ts";
import type { StateSizes, TrainingState } from "./state.ts";
import { contentOf, tableOf } from "./trainer.ts";

/** What serving needs of the state: no moments, content folded into the items' vectors, an empty row N. */
export function partOf(
  state: TrainingState,
  known: readonly number[],
  { parameters, sizes, options }: { parameters: Parameters; sizes: StateSizes; options: FitOptions },
): FittedPart {
  const tensors: Record<string, Tensor> = {};
  for (const [name, { dims, learned }] of state.tables) {
    tensors[name] = { type: "float32", dims: [...dims], data: learned.values };
  }
  const { itemCount, width } = sizes;
  const vectors = new Float32Array((itemCount + 1) * width);
  const own = tableOf(state, "items").values;
  const content = contentOf(state, sizes, options.content);
  // Items without interactions have nothing of their own but the first draw.
  for (const item of known) {
    vectors.set(own.subarray(item * width, (item + 1) * width), item * width);
  }
  for (let item = 0; content !== null && item < itemCount; item++) content.add(item, vectors, item * width);
  tensors.items = { type: "float32", dims: [itemCount + 1, width], data: vectors };
  const warm = state.isWarm ? { isWarm: true as const } : {};
  return { learner: "transformer", parameters, itemCount, tensors, losses: state.losses, ...warm };
}
