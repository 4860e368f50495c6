import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { ContractInputs } from "../model/contract.ts";
import { allowedOf, checkedCount, type Moments, moments } from "../model/contract-large.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import { itemTable, productsWith } from "../model/item-table.ts";
import type { Vectors } from "./centres.ts";
import { allCandidates, type Candidates, type CellTable, probedCandidates } from "./graph-cells.ts";

/** Cells looked through, of 256 items each. */
const PROBES = 120;
/** Items whose scores say what a standard deviation is: within 1 % or so. */
const SAMPLE = 4_096;
/** The cells answer only if so many of their places hold allowed items: the best that a stricter filter leaves lie further away. */
const ALLOWED_SHARE_MIN = 0.4;
/** And only if they hold so many times as many allowed items as are asked for. */
const ALLOWED_PER_K = 4;
/** Bias of what is excluded: worse than every score, better than the −∞ of an empty place. */
const EXCLUDED = -3.4e38;
const EXCLUDED_MAX = -3e38;

const FLOAT = 1;
const INT64 = 7;

export interface IndexedScores {
  /** float32 [B, d] */
  query: Value;
  table: CellTable;
  history: GraphHistory;
  vectors: Vectors;
  isWarm: Float32Array;
}

/**
 * Closes the graph with the best of the query's products: of some cells where that will do, else of all items. It will not where a
 * boost may lift an item of any cell, where a filter leaves little of the cells, or where k is large: the answer is a scan's then.
 * Equal scores stand in no promised order.
 */
export function indexedOutputs(graph: GraphBuilder, inputs: ContractInputs, scores: IndexedScores): void {
  const { bias, k } = inputs;
  const { query, table, history } = scores;
  const probes = Math.min(PROBES, table.count);
  const probed = withLate(graph, probedCandidates(graph, table, { query, probes }), history);
  const near = biasOf(graph, probed, bias);
  const results = [
    { type: "int64", dims: ["batch", "k"] },
    { type: "float32", dims: ["batch", "k"] },
  ] as const;
  const branches = {
    whenTrue() {
      const own = sampleMoments(graph, scores, bias);
      const products = filled(graph, probed, own.mean);
      return bestOf(graph, { ...probed, products }, { bias: near, k, ...own });
    },
    whenFalse() {
      const all = withLate(graph, allCandidates(graph, table, { query, batch: history.batch }), history);
      const here = biasOf(graph, all, bias);
      const warm = graph.op("Sub", [graph.float(1), all.isEmpty]);
      const { mean } = moments(graph, all.products, warm);
      const products = filled(graph, all, mean);
      const own = moments(graph, products, allowedOf(graph, here));
      return bestOf(graph, { ...all, products }, { bias: here, k: checkedCount(graph, k, bias), ...own });
    },
  };
  const [items, values] = graph.choose(isEnough(graph, near, { bias, k }), results, branches) as [
    Value,
    Value,
  ];
  graph.output("items", items, "int64", ["batch", "k"]);
  graph.output("scores", values, "float32", ["batch", "k"]);
}

/** Late items as candidates: N + j, without a vector. */
function withLate(
  graph: GraphBuilder,
  { products, isEmpty, items }: Candidates,
  { batch, late, itemCount }: GraphHistory,
): Candidates {
  const shape = graph.op("Concat", [batch, late], { axis: { int: 0 } });
  const ones = graph.op("Expand", [graph.float(1), shape]);
  const places = graph.op("CumSum", [ones, graph.op("Squeeze", [graph.ints(1)])], { exclusive: { int: 1 } });
  const own = graph.op("Add", [graph.op("Cast", [places], { to: { int: INT64 } }), graph.ints(itemCount)]);
  const join = (known: Value, more: Value) => graph.op("Concat", [known, more], { axis: { int: 1 } });
  return {
    products: join(products, graph.op("Sub", [ones, ones])),
    isEmpty: join(isEmpty, ones),
    items: join(items, own),
  };
}

/** [B, X] the candidates' bias, `EXCLUDED` at the least, −∞ for empty places. */
function biasOf(graph: GraphBuilder, { items }: Candidates, bias: Value): Value {
  const known = graph.op("Max", [items, graph.ints(0)]);
  const own = graph.op("Max", [
    graph.op("GatherElements", [bias, known], { axis: { int: 1 } }),
    graph.float(EXCLUDED),
  ]);
  const isVacant = graph.op("Less", [items, graph.ints(0)]);
  return graph.op("Where", [isVacant, graph.float(Number.NEGATIVE_INFINITY), own]);
}

/** A scalar: the probed cells will do, for every row. */
function isEnough(graph: GraphBuilder, near: Value, { bias, k }: { bias: Value; k: Value }): Value {
  const axes = graph.ints(1);
  const allowed = graph.op("ReduceSum", [allowedOf(graph, near), axes]);
  const size = graph.op("Gather", [graph.op("Shape", [near]), graph.ints(1)]);
  const share = graph.op("Mul", [
    graph.op("Cast", [size], { to: { int: FLOAT } }),
    graph.float(ALLOWED_SHARE_MIN),
  ]);
  const asked = graph.op("Mul", [graph.op("Cast", [k], { to: { int: FLOAT } }), graph.float(ALLOWED_PER_K)]);
  const spare = graph.op("Sub", [allowed, graph.op("Max", [share, asked])]);
  const unboosted = graph.op("Neg", [graph.op("ReduceMax", [bias, axes])]);
  const least = graph.op("ReduceMin", [graph.op("Min", [spare, unboosted])], { keepdims: { int: 0 } });
  return graph.op("GreaterOrEqual", [least, graph.float(0)]);
}

/** Of the scores of some warm items: over those of them that are allowed. */
function sampleMoments(graph: GraphBuilder, { query, vectors, isWarm }: IndexedScores, bias: Value): Moments {
  const { data, width } = vectors;
  const warm = [...isWarm.keys()].filter((item) => isWarm[item] === 1);
  const size = Math.min(SAMPLE, warm.length);
  const items = Array.from(
    { length: size },
    (_, row) => warm[Math.floor((row * warm.length) / size)] as number,
  );
  const sample = new Float32Array(size * width);
  for (const [row, item] of items.entries()) {
    sample.set(data.subarray(item * width, (item + 1) * width), row * width);
  }
  const { values, step } = productsWith(graph, itemTable(graph, sample, [size, width]), query);
  const own = graph.op("Gather", [bias, graph.ints(...items)], { axis: { int: 1 } });
  return moments(graph, graph.op("Mul", [values, step]), allowedOf(graph, own));
}

/** What has no vector scores the mean. */
function filled(graph: GraphBuilder, { products, isEmpty }: Candidates, mean: Value): Value {
  return graph.op("Add", [products, graph.op("Mul", [isEmpty, mean])]);
}

function bestOf(
  graph: GraphBuilder,
  candidates: Candidates,
  { bias, k, mean, factor }: Moments & { bias: Value; k: Value },
): Value[] {
  const centred = graph.op("Sub", [candidates.products, mean]);
  const biased = graph.op("Add", [graph.op("Mul", [centred, factor]), bias]);
  const [scores, places] = graph.ops("TopK", [biased, k], 2) as [Value, Value];
  const isExcluded = graph.op("Less", [scores, graph.float(EXCLUDED_MAX)]);
  const items = graph.op("GatherElements", [candidates.items, places], { axis: { int: 1 } });
  return [items, graph.op("Where", [isExcluded, graph.float(Number.NEGATIVE_INFINITY), scores])];
}
