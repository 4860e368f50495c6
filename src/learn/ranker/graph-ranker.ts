import { createGraph, encodeModel, type GraphBuilder, type Value } from "../../onnx/index.ts";
import type { FittedRanker } from "./ranker.ts";

/**
 * `features` float32 [C, F] → `scores` float32 [C]. A tree's leaf is the number whose bits are the answers to its questions,
 * so that the forest is one gather of columns, one comparison and one gather of leaves.
 */
export function rankerOnnx(ranker: FittedRanker, featureCount: number): Uint8Array<ArrayBuffer> {
  const graph = createGraph("ranker");
  const features = graph.input("features", "float32", ["candidates", featureCount]);
  const [columns, slopes] = [ranker.slopes.map((_, column) => column), Float32Array.from(ranker.slopes)];
  const known = graph.op("Gather", [features, graph.ints(...columns)], { axis: { int: 1 } });
  const weighed = graph.op("MatMul", [
    known,
    graph.constant({ type: "float32", dims: [slopes.length, 1], data: slopes }),
  ]);
  const base = graph.op("Squeeze", [weighed, graph.ints(1)]);
  const scores = ranker.trees.length === 0 ? base : graph.op("Add", [base, forest(graph, features, ranker)]);
  graph.output("scores", scores, "float32", ["candidates"]);
  return encodeModel(graph.build());
}

/** [C] The trees' sum. Trees of fewer levels ask what is never true until all have as many. */
function forest(graph: GraphBuilder, features: Value, { trees, thresholds }: FittedRanker): Value {
  const depth = Math.max(...trees.map((tree) => tree.features.length));
  const leaves = 2 ** depth;
  const levels = Array.from({ length: depth }, (_, level) => level);
  const columns = trees.flatMap((tree) => levels.map((level) => tree.features[level] ?? 0));
  const cuts = trees.flatMap((tree) =>
    levels.map((level) => {
      const feature = tree.features[level];
      if (feature === undefined) return Number.POSITIVE_INFINITY;
      return (thresholds[feature] as Float32Array)[tree.cuts[level] as number] as number;
    }),
  );
  const values = new Float32Array(trees.length * leaves);
  for (const [at, tree] of trees.entries()) values.set(tree.values, at * leaves);

  const float = (dims: number[], data: Float32Array) => graph.constant({ type: "float32", dims, data });
  // Candidates run last: then a feature's values lie side by side, and every step is over rows of them (three times as fast).
  const byFeature = graph.op("Transpose", [features]);
  const asked = graph.op("Gather", [byFeature, graph.ints(...columns)], { axis: { int: 0 } });
  const answers = graph.op("Greater", [asked, float([cuts.length, 1], Float32Array.from(cuts))]);
  const bits = graph.op("Reshape", [
    graph.op("Cast", [answers], { to: { int: 1 } }),
    graph.ints(trees.length, depth, -1),
  ]);
  const powers = float(
    [1, depth],
    Float32Array.from(levels, (level) => 2 ** level),
  );
  const leaf = graph.op("Squeeze", [graph.op("MatMul", [powers, bits]), graph.ints(1)]);
  const starts = float(
    [trees.length, 1],
    Float32Array.from(trees, (_, at) => at * leaves),
  );
  const index = graph.op("Cast", [graph.op("Add", [leaf, starts])], { to: { int: 6 } });
  const added = graph.op("Gather", [float([values.length], values), index]);
  return graph.op("ReduceSum", [added, graph.ints(0)], { keepdims: { int: 0 } });
}
