import type { Engine } from "../base/index.ts";
import type { Dataset } from "./dataset.ts";
import { rankCases } from "./evaluate.ts";
import type { FitOptions, Parameters, YieldTo } from "./learner.ts";
import { exportLinear, type SolvedLinear, solveLinear } from "./linear-fit.ts";
import { meanDiscount } from "./metrics.ts";
import { searchSlice } from "./search.ts";

/** Dense items while searching: an eighth of the solver's price. Parameters are taken to rank alike with twice as many. */
const SEARCH_DENSE_ITEMS_MAX = 1_024;

/** Ranks beyond this say nothing about what a list is worth. */
const RANK_MAX = 100;

/** Relative gain that is worth a step: less is noise, and each step costs a fit. */
const GAIN_MIN = 0.003;

/**
 * Values of each parameter in order of size, and where to start. Climbed one after the other in this order, those that
 * change most first.
 */
const LADDERS: readonly { name: string; values: readonly number[]; start: number }[] = [
  { name: "positionDecay", values: [0.7, 1, 1.5, 2.5, 5, 10, 25], start: 3 },
  { name: "contentWeight", values: [0, 0.2, 0.5, 1, 2], start: 1 },
  { name: "popularityWeight", values: [0, 0.2, 0.5, 1, 2, 4], start: 2 },
  // From no decay to hours.
  { name: "ageDecayDays", values: [0, 30, 7, 1.5, 0.4, 0.1], start: 0 },
  { name: "orderFree", values: [0, 0.02, 0.1, 0.3, 0.6, 0.9], start: 2 },
  { name: "ridge", values: [10, 30, 100, 300, 1_000], start: 2 },
  { name: "popularityDecayDays", values: [0, 365, 90, 30, 7, 2], start: 2 },
];

/** Changing these needs no new solution. */
const CHEAP: ReadonlySet<string> = new Set(["popularityWeight", "popularityDecayDays", "contentWeight"]);

/** Chooses by the newest part of the training rows, ranked by the exported graphs themselves. */
export async function searchLinear(
  dataset: Dataset,
  options: FitOptions,
  engine: Engine,
  yieldTo: YieldTo,
): Promise<Parameters> {
  const figureOf = await createTrial(dataset, options, engine, yieldTo);
  const ladders = LADDERS.filter(({ name }) => name !== "contentWeight" || options.content !== undefined);
  const start = Object.fromEntries(ladders.map(({ name, values, start }) => [name, values[start] as number]));
  let best = { parameters: start, figure: await figureOf(start) };
  for (const [done, { name, values, start }] of ladders.entries()) {
    options.onProgress?.(done / ladders.length, `choosing ${name}`);
    let at = start;
    for (const direction of [1, -1]) {
      for (let next = at + direction; next >= 0 && next < values.length; next += direction) {
        const parameters = { ...best.parameters, [name]: values[next] as number };
        const figure = await figureOf(parameters);
        if (figure < best.figure * (1 + GAIN_MIN)) break;
        best = { parameters, figure };
        at = next;
      }
      // What was better upwards is not sought downwards.
      if (at !== start) break;
    }
  }
  return best.parameters;
}

/** Parameters → how well they do. Holds the last solution, which most neighbours in the search share. */
async function createTrial(
  dataset: Dataset,
  options: FitOptions,
  engine: Engine,
  yieldTo: YieldTo,
): Promise<(parameters: Parameters) => Promise<number>> {
  const { historyMax, contentWidth } = options;
  const { train, cases } = searchSlice(dataset, options.seed);
  let last: { key: string; solved: SolvedLinear } | null = null;
  return async (parameters) => {
    const key = Object.entries(parameters)
      .filter(([name]) => !CHEAP.has(name))
      .join();
    if (last?.key !== key) {
      last = null;
      const solved = await solveLinear(train, parameters, engine, yieldTo, {
        denseItemsMax: SEARCH_DENSE_ITEMS_MAX,
      });
      last = { key, solved };
    }
    const onnx = exportLinear(train, last.solved, parameters, options);
    const ranks = await rankCases(
      engine,
      onnx,
      cases,
      { historyMax, contentWidth, rankMax: RANK_MAX },
      yieldTo,
    );
    return meanDiscount(ranks, cases.users);
  };
}
