import type { Tensor } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FittedPart, Learner, Parameters } from "../model/learner.ts";
import { transformerScores } from "./graph-transformer.ts";
import { initialState, type StateSizes, type TrainingState } from "./state.ts";
import { train } from "./train.ts";

const DEFAULTS: Parameters = {
  width: 64,
  heads: 2,
  blocks: 2,
  hidden: 128,
  window: 100,
  negatives: 512,
  dropout: 0.2,
  learningRate: 0.003,
  weightDecay: 0.01,
  stepTokens: 6_400,
  epochs: 12,
};

export const transformer: Learner = {
  name: "transformer",
  suits: (shape) => shape.isOrdered,
  ladders: () => [],
  workSeconds: (shape, given) => {
    const p = { ...DEFAULTS, ...given };
    const perBlock = 4 * (p.width as number) ** 2 + 2 * (p.width as number) * (p.hidden as number);
    const attention = 2 * (p.window as number) * (p.width as number);
    const flops = 6 * ((p.blocks as number) * (perBlock + attention) + (p.negatives as number) * (p.width as number));
    return ((shape.rows - shape.users) * (p.epochs as number) * flops) / 1.2e10;
  },
  async fit(dataset, given, options, ports) {
    const parameters = { ...DEFAULTS, ...given };
    const p = (name: string) => parameters[name] as number;
    const sizes: StateSizes = {
      width: p("width"),
      heads: p("heads"),
      blocks: p("blocks"),
      hidden: p("hidden"),
      window: p("window"),
      itemCount: dataset.itemIds.length,
      marks: {},
    };
    const state = await train(
      dataset,
      () => initialState(sizes, options.seed),
      {
        seed: options.seed,
        sizes,
        epochs: p("epochs"),
        stepTokens: p("stepTokens"),
        negatives: p("negatives"),
        dropout: p("dropout"),
        learningRate: p("learningRate"),
        weightDecay: p("weightDecay"),
        codes: {},
        ...(options.onProgress ? { onProgress: options.onProgress } : {}),
      },
      ports,
    );
    return state === null ? null : partOf(state, parameters, dataset);
  },
  scores: transformerScores,
};

function partOf({ tables }: TrainingState, parameters: Parameters, dataset: Dataset): FittedPart {
  const itemCount = dataset.itemIds.length;
  const tensors: Record<string, Tensor> = {};
  for (const [name, { dims, learned }] of tables) {
    tensors[name] = { type: "float32", dims: [...dims], data: learned.values };
  }
  const width = parameters.width as number;
  const padded = new Float32Array((itemCount + 1) * width);
  padded.set(tensors.items?.data as Float32Array);
  tensors.items = { type: "float32", dims: [itemCount + 1, width], data: padded };
  return { learner: "transformer", parameters, itemCount, tensors };
}
