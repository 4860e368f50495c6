import { assert, type Tensor } from "../base/index.ts";
import type { Attribute, Branch, Graph, Node, ValueInfo } from "./graph.ts";

/** Names a value of the graph that is being built. */
export type Value = string;

/** Writes a graph down in the order of its computation. Values are named by the builder: `MatMul_7`. */
export interface GraphBuilder {
  input(name: string, type: Tensor["type"], dims: ValueInfo["dims"]): Value;
  constant(tensor: Tensor): Value;
  /** A float32 scalar. */
  float(value: number): Value;
  /** An int64 vector; equal ones are stored once. */
  ints(...values: number[]): Value;
  /** One node with one output. */
  op(op: string, inputs: readonly Value[], attributes?: Record<string, Attribute>): Value;
  /** One node with several outputs. */
  ops(op: string, inputs: readonly Value[], outputs: number, attributes?: Record<string, Attribute>): Value[];
  /**
   * The values of one of two branches, each of the type and dims said; only the chosen one is computed. A branch is what its function
   * adds, reads all that was defined before, and nothing of it can be read elsewhere.
   */
  choose(
    condition: Value,
    results: readonly Omit<ValueInfo, "name">[],
    branches: { whenTrue(): readonly Value[]; whenFalse(): readonly Value[] },
  ): Value[];
  output(name: string, value: Value, type: Tensor["type"], dims: ValueInfo["dims"]): void;
  build(): Graph;
}

export function createGraph(name: string): GraphBuilder {
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const nodes: Node[] = [];
  /** Where nodes go: those of the graph, or of the branch that is being built. */
  let current = nodes;
  const initializers = new Map<string, Tensor>();
  const known = new Set<string>([""]);
  let count = 0;

  function define(prefix: string): Value {
    const value = `${prefix}_${count++}`;
    known.add(value);
    return value;
  }
  function constant(tensor: Tensor): Value {
    const size = tensor.dims.reduce((product, dim) => product * dim, 1);
    assert(size === tensor.data.length, `a constant of dims ${tensor.dims} has ${tensor.data.length} values`);
    const value = define("constant");
    initializers.set(value, tensor);
    return value;
  }
  const small = new Map<string, Value>();
  function once(key: string, make: () => Value): Value {
    const value = small.get(key) ?? make();
    small.set(key, value);
    return value;
  }
  function ops(
    op: string,
    from: readonly Value[],
    outputCount: number,
    attributes: Record<string, Attribute> = {},
  ): Value[] {
    for (const value of from) assert(known.has(value), `${op} uses ${value} before it is defined`);
    const to = Array.from({ length: outputCount }, () => define(op));
    current.push({ op, inputs: from, outputs: to, attributes });
    return to;
  }
  function branch(
    prefix: string,
    results: readonly Omit<ValueInfo, "name">[],
    add: () => readonly Value[],
  ): Branch {
    const around = current;
    const own: Node[] = [];
    current = own;
    const values = add();
    current = around;
    const outputs = values.map((name, index) => ({ name, ...(results[index] as Omit<ValueInfo, "name">) }));
    for (const node of own) for (const value of node.outputs) known.delete(value);
    return { name: define(prefix), nodes: own, outputs };
  }
  return {
    input(inputName, type, dims) {
      inputs.push({ name: inputName, type, dims });
      known.add(inputName);
      return inputName;
    },
    constant,
    float: (value) =>
      once(`f${value}`, () => constant({ type: "float32", dims: [], data: Float32Array.of(value) })),
    ints: (...values) =>
      once(`i${values}`, () =>
        constant({ type: "int64", dims: [values.length], data: BigInt64Array.from(values.map(BigInt)) }),
      ),
    op: (op, from, attributes) => ops(op, from, 1, attributes)[0] as Value,
    ops,
    choose: (condition, results, { whenTrue, whenFalse }) =>
      ops("If", [condition], results.length, {
        then_branch: { graph: branch("whenTrue", results, whenTrue) },
        else_branch: { graph: branch("whenFalse", results, whenFalse) },
      }),
    output(outputName, value, type, dims) {
      nodes.push({ op: "Identity", inputs: [value], outputs: [outputName], attributes: {} });
      outputs.push({ name: outputName, type, dims });
    },
    build: () => ({ name, inputs, outputs, nodes, initializers }),
  };
}
