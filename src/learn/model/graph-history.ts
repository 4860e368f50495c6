import { lowWords } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../../onnx/index.ts";
import { type ContractInputs, runSizes } from "./contract.ts";
import type { ModelForm } from "./form.ts";

/** The history as parts read it. One column of padding stands in front, so L' = L + 1 and no history is empty. */
export interface GraphHistory {
  /**
   * int64 [B, L'] item index 0 … N − 1, or N for padding and for late items: every table of a part has an empty row N.
   */
  rows: Value;
  /** int64 [B, L'] as the caller gave them: N + j is late item j. */
  items: Value;
  /** float32 [B, L'] */
  weight: Value;
  /** float32 [B, L'] seconds since. */
  age: Value;
  /** int64 [B, L'] event type code, 0 for padding. */
  type: Value;
  /** float32 [B, L'] 1 for an interaction, late items included; 0 for padding, which may stand anywhere. */
  mask: Value;
  /** float32 [B, L'] how many interactions follow; 0 for the newest. */
  after: Value;
  /** int64 [1] B */
  batch: Value;
  /** int64 [1] M */
  late: Value;
  itemCount: number;
  /** Parts with dense tables have them as this says. */
  form: ModelForm;
}

/** Pads, and maps what has no row in the tables to row N. An index beyond the late items makes the run fail. */
export function graphHistory(
  graph: GraphBuilder,
  inputs: ContractInputs,
  itemCount: number,
  form: ModelForm = "plain",
): GraphHistory {
  const { batch, late } = runSizes(graph, inputs.bias, itemCount);
  const shape = graph.op("Concat", [batch, graph.ints(1)], { axis: { int: 0 } });
  const zeros = graph.op("Expand", [graph.float(0), shape]);
  const zeroInts = graph.op("Expand", [graph.ints(0), shape]);
  const pad = (padding: Value, value: Value) => graph.op("Concat", [padding, value], { axis: { int: 1 } });
  const items = pad(zeroInts, inputs.history);
  const mask = pad(zeros, inputs.mask);
  return {
    rows: (form === "plain" ? tableRows : tableRowsOfLarge)(graph, itemCount, { items, mask, late }),
    items,
    weight: pad(zeros, inputs.weight),
    age: pad(zeros, inputs.age),
    type: pad(zeroInts, inputs.type),
    mask,
    after: graph.op("CumSum", [mask, graph.op("Squeeze", [graph.ints(1)])], {
      exclusive: { int: 1 },
      reverse: { int: 1 },
    }),
    batch,
    late,
    itemCount,
    form,
  };
}

function tableRows(
  graph: GraphBuilder,
  itemCount: number,
  { items, mask, late }: { items: Value; mask: Value; late: Value },
): Value {
  const data = new BigInt64Array(itemCount);
  const words = lowWords(data);
  for (let item = 0; item < itemCount; item++) words[2 * item] = item;
  const own = graph.constant({ type: "int64", dims: [itemCount], data });
  const none = graph.op("Expand", [graph.ints(itemCount), late]);
  const rows = graph.op("Gather", [graph.op("Concat", [own, none], { axis: { int: 0 } }), items]);
  const isThere = graph.op("Greater", [mask, graph.float(0.5)]);
  return graph.op("Where", [isThere, rows, graph.ints(itemCount)]);
}

/** The same without a table of all items: only what is beyond them is looked up, so that what is beyond the late ones fails. */
function tableRowsOfLarge(
  graph: GraphBuilder,
  itemCount: number,
  { items, mask, late }: { items: Value; mask: Value; late: Value },
): Value {
  const none = graph.op("Expand", [graph.ints(itemCount), graph.op("Add", [late, graph.ints(1)])]);
  const beyond = graph.op("Max", [graph.op("Sub", [items, graph.ints(itemCount - 1)]), graph.ints(0)]);
  const rows = graph.op("Min", [items, graph.op("Gather", [none, beyond])]);
  const isThere = graph.op("Greater", [mask, graph.float(0.5)]);
  return graph.op("Where", [isThere, rows, graph.ints(itemCount)]);
}
