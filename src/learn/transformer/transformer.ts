import { discard } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import { shapeOf } from "../data/shape.ts";
import type { FitOptions, Learner } from "../model/learner.ts";
import { tensorOf, transformerScores, transformerState } from "./graph-transformer.ts";
import { markCodes, markRows } from "./marks.ts";
import { complete, ladders, type TransformerParameters, workSeconds } from "./parameters.ts";
import { partOf } from "./part.ts";
import { discardState, initialState, type StateSizes } from "./state.ts";
import { train } from "./train.ts";
import { contentOf } from "./trainer.ts";
import { renumbered, warmStart } from "./warm-start.ts";

/** With less there is nothing that a closed form does not see as well. */
const ROWS_MIN = 5_000;

/**
 * A causal transformer over the items of a history, its last state multiplied with every item's vector. The family of
 * SASRec (Kang & McAuley, ICDM 2018), with what has been found to matter since: a softmax over many negatives in place of one
 * (Klenitskiy & Vasilev, RecSys 2023; Petrov & Macdonald, RecSys 2023), drawn uniformly and corrected for being a sample;
 * norms before the halves of a block; distances in place of places (Zhai et al., ICML 2024), so that a history may begin
 * anywhere. Trained through the engine, tokens of many histories packed into the rows of one matrix.
 */
export const transformer: Learner = {
  name: "transformer",
  readsContent: true,
  suits: (shape) => shape.isOrdered && shape.rowsPerUser >= 2 && shape.rows >= ROWS_MIN,
  ladders,
  workSeconds,
  async fit(dataset, given, options, ports) {
    const shape = shapeOf(dataset, { maskSeen: false });
    const parameters = complete(shape, given);
    const codes = markCodes(dataset);
    const sizes = stateSizes(dataset, parameters, options, markRows(codes));
    const { content, onProgress, previous } = options;
    const known = [...new Set(dataset.items)].sort((a, b) => a - b);
    const state = await train(
      dataset,
      async () =>
        warmStart(initialState(sizes, options.seed), (await previous?.()) ?? null, sizes, (begun) =>
          contentOf(begun, sizes, content),
        ),
      {
        ...parameters,
        seed: options.seed,
        sizes,
        codes,
        known,
        ...(content === undefined ? {} : { content }),
        ...(onProgress === undefined ? {} : { onProgress }),
      },
      ports,
    );
    if (codes.gap !== undefined) discard(codes.gap);
    if (state === null) return null;
    const part = partOf(state, known, { parameters, sizes, options });
    discardState(state);
    return part;
  },
  renumbered,
  nearest: {
    vectors: (part) => tensorOf(part, "items"),
    query: (graph, part, history, rows) =>
      transformerState(graph, part, history, () => ({ rows, products: (query) => query })),
  },
  scores: transformerScores,
};

/** Rows no longer than the longest history: nothing is computed for places that none has. */
const LENGTH_MIN = 8;

function stateSizes(
  dataset: Dataset,
  { width, heads, blocks, wider, window }: TransformerParameters,
  { content, contentWidth }: FitOptions,
  marks: Readonly<Record<string, number>>,
): StateSizes {
  let longest = 0;
  for (let user = 0; user + 1 < dataset.userStart.length; user++) {
    longest = Math.max(
      longest,
      (dataset.userStart[user + 1] as number) - (dataset.userStart[user] as number) - 1,
    );
  }
  return {
    width,
    heads,
    blocks,
    hidden: wider * width,
    length: Math.min(window, Math.max(longest, LENGTH_MIN)),
    itemCount: dataset.itemIds.length,
    marks,
    contentWidth: content === undefined ? 0 : contentWidth,
  };
}
