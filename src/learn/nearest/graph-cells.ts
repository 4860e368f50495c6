import type { GraphBuilder, Value } from "../../onnx/index.ts";
import { quantisedQuery, scaleOf } from "../model/item-table.ts";
import type { Cells } from "./cells.ts";
import type { Vectors } from "./centres.ts";

const FLOAT = 1;
const INT64 = 7;

/** Cells and what is in them, as constants: the items' vectors stand here once and nowhere else. */
export interface CellTable {
  /** int8 [C, d, R]: a cell's vectors as columns. */
  levels: Value;
  /** float32 [C, R] */
  scales: Value;
  /** int32 [C, R] item, −1 for an empty place. */
  items: Value;
  /** int32 [N] */
  places: Value;
  /** float32 [d, C] */
  means: Value;
  count: number;
  room: number;
  width: number;
  itemCount: number;
}

/** 64 bytes of an item at 64 dims, 12 of its place, and 15 % more for places that stay empty. */
export function cellTable(
  graph: GraphBuilder,
  { data, width, count: itemCount }: Vectors,
  { cells, isWarm }: { cells: Cells; isWarm: Float32Array },
): CellTable {
  const { count, room, items, places, means } = cells;
  const levels = new Int8Array(count * width * room);
  const scales = new Float32Array(count * room);
  for (const [item, place] of places.entries()) {
    // What has no interactions is scored the mean: it stands among the cells without a vector.
    const scale = isWarm[item] === 1 ? scaleOf(data, item * width, width) : 0;
    scales[place] = scale;
    if (scale === 0) continue;
    const at = Math.floor(place / room) * width * room + (place % room);
    for (let c = 0; c < width; c++) {
      levels[at + c * room] = Math.round((data[item * width + c] as number) / scale);
    }
  }
  const columns = new Float32Array(count * width);
  for (let at = 0; at < means.length; at++) {
    columns[(at % width) * count + Math.floor(at / width)] = means[at] as number;
  }
  return {
    levels: graph.constant({ type: "int8", dims: [count, width, room], data: levels }),
    scales: graph.constant({ type: "float32", dims: [count, room], data: scales }),
    items: graph.constant({ type: "int32", dims: [count, room], data: items }),
    places: graph.constant({ type: "int32", dims: [itemCount], data: places }),
    means: graph.constant({ type: "float32", dims: [width, count], data: columns }),
    count,
    room,
    width,
    itemCount,
  };
}

/** int64 [B, L] → float32 [B, L, d] out of the cells; zero for row N. */
export function rowsOfCells(graph: GraphBuilder, table: CellTable, rows: Value): Value {
  const { room, width, itemCount } = table;
  const last = graph.ints(itemCount - 1);
  const isKnown = graph.op("Cast", [graph.op("LessOrEqual", [rows, last])], { to: { int: FLOAT } });
  const places = graph.op("Cast", [graph.op("Gather", [table.places, graph.op("Min", [rows, last])])], {
    to: { int: INT64 },
  });
  // Not by one index into flat tables: the engine would keep the flat ones beside the others.
  const size = graph.ints(room);
  const one = (value: Value) => graph.op("Unsqueeze", [value, graph.ints(2)]);
  const cell = one(graph.op("Div", [places, size]));
  const column = one(graph.op("Mod", [places, size]));
  const join = (values: Value[], axis: number) => graph.op("Concat", values, { axis: { int: axis } });
  const scales = graph.op("GatherND", [table.scales, join([cell, column], 2)]);
  const shape = join([graph.op("Shape", [rows]), graph.ints(width)], 0);
  const spread = (value: Value) => graph.op("Unsqueeze", [graph.op("Expand", [value, shape]), graph.ints(3)]);
  const steps = graph.ints(...Array(width).keys());
  const cells = graph.op("GatherND", [table.levels, join([cell, steps, column].map(spread), 3)]); // [B, L, d]
  const factors = one(graph.op("Mul", [scales, isKnown]));
  return graph.op("Mul", [graph.op("Cast", [cells], { to: { int: FLOAT } }), factors]);
}

/** Items to choose from, as they stand in the cells. */
export interface Candidates {
  /** float32 [B, X] products with the query, 0 for what has no vector. */
  products: Value;
  /** float32 [B, X] 1 for what has no vector. */
  isEmpty: Value;
  /** int64 [B, X], −1 for an empty place. */
  items: Value;
}

/** [B, d] → the products with what is in `probes` cells, those whose means have the largest products with it. */
export function probedCandidates(
  graph: GraphBuilder,
  table: CellTable,
  { query, probes }: { query: Value; probes: number },
): Candidates {
  const near = graph.op("MatMul", [query, table.means]);
  const [, cells] = graph.ops("TopK", [near, graph.ints(probes)], 2) as [Value, Value];
  const of = (constant: Value) => graph.op("Gather", [constant, cells]);
  return candidates(graph, query, {
    levels: of(table.levels),
    scales: of(table.scales),
    items: of(table.items),
  });
}

/** [B, d] → the products with all items. */
export function allCandidates(
  graph: GraphBuilder,
  table: CellTable,
  { query, batch }: { query: Value; batch: Value },
): Candidates {
  // By indexes that only a run knows: of constants the engine would make others, and keep them.
  const zero = graph.op("Sub", [batch, batch]);
  const every = graph.op("Add", [graph.ints(...Array(table.count).keys()), zero]);
  const of = (constant: Value) => {
    const shape = graph.op("Concat", [batch, graph.ints(1, 1)], { axis: { int: 0 } });
    return graph.op("Expand", [graph.op("Gather", [constant, every]), shape]);
  };
  return candidates(graph, query, { levels: table.levels, scales: of(table.scales), items: of(table.items) });
}

/** `levels` [B, P, d, R] or [P, d, R], `scales` and `items` [B, P, R]. */
function candidates(
  graph: GraphBuilder,
  query: Value,
  { levels, scales, items }: { levels: Value; scales: Value; items: Value },
): Candidates {
  const { levels: own, zero, step } = quantisedQuery(graph, query);
  const rows = graph.op("Unsqueeze", [own, graph.ints(1, 2)]); // [B, 1, 1, d]
  const products = graph.op("Squeeze", [graph.op("MatMulInteger", [rows, levels, zero]), graph.ints(2)]);
  const scaled = graph.op("Mul", [graph.op("Cast", [products], { to: { int: FLOAT } }), scales]);
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  const isEmpty = graph.op("Cast", [graph.op("Equal", [scales, graph.float(0)])], { to: { int: FLOAT } });
  return {
    products: graph.op("Mul", [flat(scaled), step]),
    isEmpty: flat(isEmpty),
    items: graph.op("Cast", [flat(items)], { to: { int: INT64 } }),
  };
}
