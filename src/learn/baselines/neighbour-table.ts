import type { Tensor } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import type { FittedPart } from "../model/learner.ts";

/** The best `width` neighbours of each item and what each is worth; row N, for padding, is worth nothing. */
export class NeighbourTable {
  readonly #width: number;
  readonly #indices: Int32Array<ArrayBuffer>;
  readonly #values: Float32Array<ArrayBuffer>;

  constructor(itemCount: number, width: number) {
    this.#width = width;
    this.#indices = new Int32Array((itemCount + 1) * width);
    this.#values = new Float32Array((itemCount + 1) * width);
  }

  /** Keeps the best of `items`, ties by index. */
  set(row: number, items: readonly number[], worthOf: (item: number) => number): void {
    const kept = [...items].sort((a, b) => worthOf(b) - worthOf(a) || a - b).slice(0, this.#width);
    for (const [place, item] of kept.entries()) {
      this.#indices[row * this.#width + place] = item;
      this.#values[row * this.#width + place] = worthOf(item);
    }
  }

  tensors(): Record<string, Tensor> {
    const dims = [this.#indices.length / this.#width, this.#width];
    return {
      indices: { type: "int32", dims, data: this.#indices },
      values: { type: "float32", dims, data: this.#values },
    };
  }
}

/** [B, N]: the neighbours of the history's items, added up where they point; order and age do not count. */
export function neighbourScores(graph: GraphBuilder, part: FittedPart, history: GraphHistory): Value {
  const { indices, values } = part.tensors;
  if (indices === undefined || values === undefined) {
    throw new Error(`a part of ${part.learner} holds \`indices\` and \`values\``);
  }
  const { rows, mask, batch, itemCount } = history;
  const worth = graph.op("Mul", [
    graph.op("Gather", [graph.constant(values), rows]), // [B, L', T]
    graph.op("Unsqueeze", [mask, graph.ints(2)]),
  ]);
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  const targets = graph.op("Cast", [flat(graph.op("Gather", [graph.constant(indices), rows]))], {
    to: { int: 7 },
  });
  const shape = graph.op("Concat", [batch, graph.ints(itemCount)], { axis: { int: 0 } });
  return graph.op("ScatterElements", [graph.op("Expand", [graph.float(0), shape]), targets, flat(worth)], {
    axis: { int: 1 },
    reduction: { text: "add" },
  });
}
