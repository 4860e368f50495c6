import type { Tensor } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../../onnx/index.ts";

/** TensorProto.DataType */
const FLOAT = 1;
const UINT8 = 2;

/** Largest absolute value of a cell and of a query's. */
const LEVEL_MAX = 127;
/** A query's cells are unsigned, around this. */
const QUERY_ZERO = 128;

type FloatTensor = Tensor & { type: "float32" };

/** How a learner whose scores are products of a query with the items' vectors reads them. */
export interface ItemVectors {
  /** int64 [B, k] → [B, k, d], zero for row N. */
  rows(rows: Value): Value;
  /** [B, d] → [B, N] */
  products(query: Value): Value;
}

/**
 * `vectors` [≥ N, d], the first N rows of it, as float32 columns [1, d, N]. Of three dims the engine keeps no packed copy beside them, and multiplies
 * one query by them in half the time that a packed one takes.
 */
export function floatVectors(
  graph: GraphBuilder,
  { data: rows }: FloatTensor,
  [itemCount, width]: readonly [number, number],
): ItemVectors {
  const data = new Float32Array(width * itemCount);
  for (let item = 0; item < itemCount; item++) {
    for (let c = 0; c < width; c++) data[c * itemCount + item] = rows[item * width + c] as number;
  }
  const columns = graph.constant({ type: "float32", dims: [1, width, itemCount], data });
  return {
    rows(wanted) {
      const { isKnown, places } = knownPlaces(graph, wanted, itemCount);
      return graph.op("Mul", [
        columnsAt(graph, columns, places),
        graph.op("Unsqueeze", [isKnown, graph.ints(2)]),
      ]);
    },
    products: (query) => graph.op("Squeeze", [graph.op("MatMul", [query, columns]), graph.ints(0)]),
  };
}

/** The same from int8 columns: a quarter of the bytes. */
export function levelVectors(
  graph: GraphBuilder,
  { data }: FloatTensor,
  dims: readonly [number, number],
): ItemVectors {
  const table = itemTable(graph, data, dims);
  return {
    rows: (rows) => rowsOf(graph, table, rows),
    // Products are of any scale: they need not be brought to the floats'.
    products: (query) => productsWith(graph, table, query).values,
  };
}

/** Vectors of items as int8 columns, each with a scale of its own (absolute maximum / 127). */
export interface ItemTable {
  /** int8 [1, d, N]: of two dims, the engine would keep a packed copy beside it, which makes no product faster. */
  levels: Value;
  /** float32 [N] */
  scales: Value;
  itemCount: number;
}

/**
 * `vectors` [≥ N, d], the first N rows of it. A quarter of the bytes, and a product of integers is no slower. As columns, because the
 * engine's product reads its right side so.
 */
export function itemTable(
  graph: GraphBuilder,
  vectors: Float32Array,
  [itemCount, width]: readonly [number, number],
): ItemTable {
  const levels = new Int8Array(width * itemCount);
  const scales = new Float32Array(itemCount);
  for (let item = 0; item < itemCount; item++) {
    const scale = scaleOf(vectors, item * width, width);
    scales[item] = scale;
    if (scale === 0) continue;
    for (let c = 0; c < width; c++) {
      levels[c * itemCount + item] = Math.round((vectors[item * width + c] as number) / scale);
    }
  }
  return {
    levels: graph.constant({ type: "int8", dims: [1, width, itemCount], data: levels }),
    scales: graph.constant({ type: "float32", dims: [itemCount], data: scales }),
    itemCount,
  };
}

/** What one step of a row of int8 is worth. */
export function scaleOf(values: Float32Array, from: number, count: number): number {
  let most = 0;
  for (let i = from; i < from + count; i++) most = Math.max(most, Math.abs(values[i] as number));
  return most / LEVEL_MAX;
}

/** int64 [B, L] → float32 [B, L, d]; zero for row N, which stands for what has no vector. */
function rowsOf(graph: GraphBuilder, { levels, scales, itemCount }: ItemTable, rows: Value): Value {
  const { isKnown, places } = knownPlaces(graph, rows, itemCount);
  const factors = graph.op("Mul", [graph.op("Gather", [scales, places]), isKnown]);
  return graph.op("Mul", [columnsAt(graph, levels, places), graph.op("Unsqueeze", [factors, graph.ints(2)])]);
}

/** Of `rows` int64 [B, L], those below N, and places that exist for all of them. */
function knownPlaces(graph: GraphBuilder, rows: Value, itemCount: number) {
  const last = graph.ints(itemCount - 1);
  const isKnown = graph.op("Cast", [graph.op("LessOrEqual", [rows, last])], { to: { int: FLOAT } });
  return { isKnown, places: graph.op("Min", [rows, last]) };
}

/** [1, d, N] at `places` int64 [B, L] → float32 [B, L, d] */
function columnsAt(graph: GraphBuilder, columns: Value, places: Value): Value {
  const cells = graph.op("Gather", [columns, places], { axis: { int: 2 } }); // [1, d, B, L]
  const turned = graph.op("Transpose", [graph.op("Cast", [cells], { to: { int: FLOAT } })], {
    perm: { ints: [0, 2, 3, 1] },
  });
  return graph.op("Squeeze", [turned, graph.ints(0)]);
}

/** float32 [B, d] → uint8 of the same dims, around 128, and what one step of each row is worth [B, 1]. */
export function quantisedQuery(
  graph: GraphBuilder,
  query: Value,
): { levels: Value; zero: Value; step: Value } {
  const most = graph.op("ReduceMax", [graph.op("Abs", [query]), graph.ints(1)]);
  const step = graph.op("Max", [graph.op("Mul", [most, graph.float(1 / LEVEL_MAX)]), graph.float(1e-20)]);
  const steps = graph.op("Round", [graph.op("Div", [query, step])]);
  const levels = graph.op("Cast", [graph.op("Add", [steps, graph.float(QUERY_ZERO)])], {
    to: { int: UINT8 },
  });
  const zero: Tensor = { type: "uint8", dims: [], data: Uint8Array.of(QUERY_ZERO) };
  return { levels, zero: graph.constant(zero), step };
}

/** [B, d] → products with all items [B, N], each row in units of its `step` [B, 1]. */
export function productsWith(
  graph: GraphBuilder,
  { levels, scales }: ItemTable,
  query: Value,
): { values: Value; step: Value } {
  const { levels: own, zero, step } = quantisedQuery(graph, query);
  const products = graph.op("Squeeze", [graph.op("MatMulInteger", [own, levels, zero]), graph.ints(0)]);
  const values = graph.op("Mul", [graph.op("Cast", [products], { to: { int: FLOAT } }), scales]);
  return { values, step };
}
