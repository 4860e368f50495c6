import type { Learner } from "./learner.ts";
import { DENSE_ITEMS_MAX, exportLinear, solveLinear } from "./linear-fit.ts";
import { searchLinear } from "./linear-search.ts";

/**
 * Closed-form linear item-item model with order and decay: B = (αX'X + (1−α)K + λI)⁻¹ (αX'X + (1−α)C), and a list is
 * Σ weight · decay · B[item] over the history. The dense part holds the most frequent items, sparse rows the tail.
 */
export const linear: Learner = {
  name: "linear",
  async fit(dataset, options, engine, yieldTo) {
    // The search takes most of the time; its share of the progress is an estimate.
    const searchShare = options.parameters === undefined ? 0.75 : 0;
    const parameters =
      options.parameters ??
      (await searchLinear(
        dataset,
        {
          ...options,
          onProgress: (fraction, message) => options.onProgress?.(fraction * searchShare, message),
        },
        engine,
        yieldTo,
      ));
    const solved = await solveLinear(dataset, parameters, engine, yieldTo, {
      denseItemsMax: DENSE_ITEMS_MAX,
      onProgress: (fraction) =>
        options.onProgress?.(searchShare + fraction * (1 - searchShare), "solving the linear model"),
    });
    return {
      learner: "linear",
      parameters,
      itemCount: dataset.itemIds.length,
      contentWidth: options.contentWidth,
      onnx: exportLinear(dataset, solved, parameters, options),
    };
  },
};
