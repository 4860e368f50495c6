import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import type { FittedPart } from "../model/learner.ts";
import { SESSIONS_PER_ITEM, tensorOf } from "./tables.ts";

/** Newest interactions of a history that look for sessions. */
const QUERY_MAX = 10;

/** Cells in which sessions are summed: more sessions than that share cells, which the few hundred of a run hardly notice. */
const CELLS_MAX = 1 << 17;

/** C = QUERY_MAX · SESSIONS_PER_ITEM places where items of the history stand in sessions; unused ones are worth 0. */
export interface Matches {
  /** int32 [B, C] */
  sessions: Value;
  /** int32 [B, C] row in the table of items. */
  rows: Value;
  /** float32 [B, C] likeness of the place's session to the history. */
  worth: Value;
}

/**
 * Likeness of a session: Σ over the history's items in it of weight · decay · rarity, times the session's own weight, as in
 * vector multiplication session kNN (Kersbergen et al., SIGMOD 2022). All sessions found are neighbours: keeping the best
 * few hundred changes nothing where each item gives its newest hundred (measured).
 */
export function matches(graph: GraphBuilder, part: FittedPart, history: GraphHistory): Matches {
  const placeRow = tensorOf(part, "placeRow");
  const sessionWeight = tensorOf(part, "sessionWeight");
  const { items, strength } = query(graph, part, history);
  const starts = graph.constant(tensorOf(part, "placeStart"));
  const column = (value: Value) => graph.op("Unsqueeze", [value, graph.ints(2)]);
  const each = Int32Array.from({ length: SESSIONS_PER_ITEM }, (_, place) => place);
  const steps = graph.constant({ type: "int32", dims: [1, 1, each.length], data: each });
  const asked = graph.op("Add", [column(graph.op("Gather", [starts, items])), steps]); // [B, Q, M]
  const behind = graph.op("Gather", [starts, graph.op("Add", [items, graph.ints(1)])]);
  const none = Int32Array.of(placeRow.data.length - 1);
  const isThere = graph.op("Less", [asked, column(behind)]);
  const places = graph.op("Where", [
    isThere,
    asked,
    graph.constant({ type: "int32", dims: [1], data: none }),
  ]);
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  const flatPlaces = flat(places);
  const sessions = graph.op("Gather", [graph.constant(tensorOf(part, "placeSession")), flatPlaces]);
  const expanded = graph.op("Expand", [column(strength), graph.op("Shape", [places])]);
  const likeness = sumBySession(graph, {
    sessions,
    values: flat(expanded),
    count: sessionWeight.data.length,
    history,
  });
  return {
    sessions,
    rows: graph.op("Gather", [graph.constant(placeRow), flatPlaces]),
    worth: graph.op("Mul", [likeness, graph.op("Gather", [graph.constant(sessionWeight), sessions])]),
  };
}

/** int64 and float32 [B, Q]: the newest items, each once, and what they count; row N where there are fewer. */
function query(
  graph: GraphBuilder,
  part: FittedPart,
  { rows, after, mask, weight, batch, itemCount }: GraphHistory,
) {
  const shape = graph.op("Concat", [batch, graph.ints(QUERY_MAX)], { axis: { int: 0 } });
  const pad = (value: Value, filler: Value) =>
    graph.op("Concat", [value, graph.op("Expand", [filler, shape])], { axis: { int: 1 } });
  // 1 for the newest, less before it, 0 for padding.
  const nearness = graph.op("Div", [mask, graph.op("Add", [after, graph.float(1)])]);
  const [, newest] = graph.ops("TopK", [pad(nearness, graph.float(0)), graph.ints(QUERY_MAX)], 2) as [
    Value,
    Value,
  ];
  const pick = (value: Value, filler: Value) =>
    graph.op("GatherElements", [pad(value, filler), newest], { axis: { int: 1 } });
  const all = pick(rows, graph.ints(itemCount));
  const items = graph.op("Where", [cameLater(graph, all), graph.ints(itemCount), all]);
  const perStep = graph.float(-1 / (part.parameters.matchDecay ?? 1));
  const decay = graph.op("Exp", [graph.op("Mul", [pick(after, graph.float(0)), perStep])]);
  const counts = graph.op("Mul", [decay, pick(weight, graph.float(0))]);
  const strength = graph.op("Mul", [
    counts,
    graph.op("Gather", [graph.constant(tensorOf(part, "rarity")), items]),
  ]);
  return { items, strength };
}

/** bool [B, Q]: whether the same item stands nearer to the front, where the newer ones are. */
function cameLater(graph: GraphBuilder, items: Value): Value {
  const same = graph.op("Equal", [
    graph.op("Unsqueeze", [items, graph.ints(2)]),
    graph.op("Unsqueeze", [items, graph.ints(1)]),
  ]);
  const isNewer = Float32Array.from({ length: QUERY_MAX ** 2 }, (_, cell) =>
    Number(cell % QUERY_MAX < Math.floor(cell / QUERY_MAX)),
  );
  const newer = graph.constant({ type: "float32", dims: [1, QUERY_MAX, QUERY_MAX], data: isNewer });
  const both = graph.op("Mul", [graph.op("Cast", [same], { to: { int: 1 } }), newer]);
  return graph.op("Greater", [
    graph.op("ReduceSum", [both, graph.ints(2)], { keepdims: { int: 0 } }),
    graph.float(0.5),
  ]);
}

/** [B, C] for each place the sum over all places of its session. */
function sumBySession(
  graph: GraphBuilder,
  {
    sessions,
    values,
    count,
    history,
  }: { sessions: Value; values: Value; count: number; history: GraphHistory },
): Value {
  const cellCount = Math.min(count, CELLS_MAX);
  const modulus = graph.constant({ type: "int32", dims: [1], data: Int32Array.of(cellCount) });
  const cells = count > cellCount ? graph.op("Mod", [sessions, modulus]) : sessions;
  const shape = graph.op("Concat", [history.batch, graph.ints(cellCount)], { axis: { int: 0 } });
  const zeros = graph.op("Expand", [graph.float(0), shape]);
  const sums = graph.op("ScatterElements", [zeros, cells, values], {
    axis: { int: 1 },
    reduction: { text: "add" },
  });
  return graph.op("GatherElements", [sums, cells], { axis: { int: 1 } });
}
