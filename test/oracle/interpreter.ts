import type { Engine, Tensor } from "../../src/base/index.ts";
import type { Graph } from "../../src/onnx/index.ts";
import { fromTensor, type NdArray, toTensor } from "./array.ts";
import { decodeModel } from "./decode.ts";
import { OPERATORS } from "./operators.ts";

/**
 * A second opinion on every graph we write: it reads the file with a decoder of its own and computes each operator plainly, in
 * double precision. For tests only, never a second way of serving.
 */
export function oracleEngine(operators: typeof OPERATORS = OPERATORS): Engine {
  return {
    load: async (model) => {
      const graph = decodeModel(model);
      return { run: async (feeds) => interpret(graph, feeds, operators), release: async () => {} };
    },
  };
}

function interpret(
  graph: Graph,
  feeds: Record<string, Tensor>,
  operators: typeof OPERATORS,
): Record<string, Tensor> {
  const values = new Map<string, NdArray>();
  for (const [name, tensor] of graph.initializers) values.set(name, fromTensor(tensor));
  for (const { name } of graph.inputs) {
    const tensor = feeds[name];
    if (tensor === undefined) throw new Error(`input ${name} is missing`);
    values.set(name, fromTensor(tensor));
  }
  for (const node of graph.nodes) {
    const operator = operators[node.op];
    if (operator === undefined) throw new Error(`the oracle does not know ${node.op}`);
    const inputs = node.inputs.map((name) => values.get(name) as NdArray);
    const results = [operator(inputs, node)].flat();
    for (const [index, name] of node.outputs.entries()) values.set(name, results[index] as NdArray);
  }
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, toTensor(values.get(name) as NdArray)]));
}
