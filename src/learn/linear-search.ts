import type { Engine } from "../base/index.ts";
import type { Dataset } from "./dataset.ts";
import { rankCases } from "./evaluate.ts";
import type { FitOptions, Parameters, YieldTo } from "./learner.ts";
import { exportLinear, type SolvedLinear, solveLinear } from "./linear-fit.ts";
import { meanDiscount } from "./metrics.ts";
import { searchSlice } from "./search.ts";

/** Dense items while searching: what is best with these is best with twice as many, at an eighth of the price. */
const SEARCH_DENSE_ITEMS_MAX = 1_024;

/** Ranks beyond this say nothing about what a list is worth. */
const RANK_MAX = 100;

const START: Parameters = {
  orderFree: 0.1,
  ridge: 100,
  positionDecay: 5,
  ageDecayDays: 0,
  popularityWeight: 0.5,
  popularityDecayDays: 90,
  contentWeight: 0,
};

/** One parameter after the other, in this order, each at its best with those before. */
const STEPS: readonly { name: string; values: readonly number[] }[] = [
  { name: "positionDecay", values: [2, 15, 40] },
  { name: "popularityWeight", values: [0, 1.5, 4] },
  { name: "ridge", values: [20, 400] },
  { name: "ageDecayDays", values: [0.5, 7] },
  { name: "orderFree", values: [0.02, 0.4, 0.8] },
  { name: "popularityDecayDays", values: [7, 365] },
  { name: "contentWeight", values: [0.15, 0.5] },
];

/** Needs no new solution. */
const CHEAP = new Set(["popularityWeight", "popularityDecayDays", "contentWeight"]);

/** Chooses by the newest part of the training rows, ranked by the exported graphs themselves. */
export async function searchLinear(
  dataset: Dataset,
  options: FitOptions,
  engine: Engine,
  yieldTo: YieldTo,
): Promise<Parameters> {
  const { train, cases } = searchSlice(dataset, options.seed);
  const solutions = new Map<string, SolvedLinear>();
  const figureOf = async (parameters: Parameters) => {
    const key = Object.entries(parameters)
      .filter(([name]) => !CHEAP.has(name))
      .join();
    let solved = solutions.get(key);
    if (solved === undefined) {
      solved = await solveLinear(train, parameters, engine, yieldTo, {
        denseItemsMax: SEARCH_DENSE_ITEMS_MAX,
      });
      solutions.clear();
      solutions.set(key, solved);
    }
    const onnx = exportLinear(train, solved, parameters, options);
    const { historyMax, contentWidth } = options;
    const ranks = await rankCases(
      engine,
      onnx,
      cases,
      { historyMax, contentWidth, rankMax: RANK_MAX },
      yieldTo,
    );
    return meanDiscount(ranks, cases.users);
  };
  const steps = STEPS.filter(({ name }) => name !== "contentWeight" || options.content !== undefined);
  const total = 1 + steps.reduce((sum, { values }) => sum + values.length, 0);
  let done = 0;
  let best = { parameters: START, figure: await figureOf(START) };
  for (const { name, values } of steps) {
    for (const value of values) {
      const parameters = { ...best.parameters, [name]: value };
      const figure = await figureOf(parameters);
      if (figure > best.figure) best = { parameters, figure };
      done++;
      options.onProgress?.(done / total, `trying parameters: ${done}/${total}`);
    }
  }
  return best.parameters;
}
