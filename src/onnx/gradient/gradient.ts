import { assert } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../builder.ts";
import { constantInts, inferDims } from "./dims.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { MATRIX } from "./matrix.ts";
import type { Rule } from "./rule.ts";
import { SHAPE } from "./shape.ts";

const RULES: Readonly<Record<string, Rule>> = { ...ELEMENTWISE, ...MATRIX, ...SHAPE };

/**
 * Writes the backward pass of what `graph` holds so far (reverse-mode differentiation: Linnainmaa, BIT 1976) and gives the
 * gradient by each value of `by`, of its dims. All inputs of the graph must have fixed dims.
 *
 * `seeds` says where it begins: for a loss L, L itself with the gradient 1, or any values with their own dL/dvalue, which
 * is how a loss that has a short gradient of its own (softmax cross-entropy: probability − label) saves the long way round.
 * Nothing flows through the values that a seed is computed from unless they lead to a seeded value otherwise. Throws on an
 * operator that has no rule, and on a value of `by` that no seed depends on.
 */
export function gradients(
  graph: GraphBuilder,
  seeds: ReadonlyMap<Value, Value>,
  by: readonly Value[],
): Value[] {
  const forward = graph.build();
  const nodes = [...forward.nodes];
  const dims = inferDims(forward);
  const dimsOf = (value: Value) => dims.get(value) ?? [];
  const wanted = dependents(nodes, by);
  const found = new Map<Value, Value>(seeds);
  for (const node of nodes.toReversed()) {
    const gradient = found.get(node.outputs[0] as Value);
    if (gradient === undefined || !wanted.has(node.outputs[0] as Value)) continue;
    const rule = RULES[node.op];
    if (rule === undefined) throw new Error(`${node.op} has no gradient here`);
    const ints = (index: number) => constantInts(forward, node.inputs[index]);
    const wants = (index: number) => wanted.has(node.inputs[index] as Value);
    const parts = rule({ graph, node, gradient, dims: dimsOf, ints, wants });
    for (const [index, part] of parts.entries()) {
      if (part === null || !wants(index)) continue;
      const input = node.inputs[index] as Value;
      const before = found.get(input);
      found.set(input, before === undefined ? part : graph.op("Add", [before, part]));
    }
  }
  return by.map((value) => {
    const gradient = found.get(value);
    assert(gradient !== undefined, `no gradient reaches ${value}`);
    return gradient;
  });
}

/** Everything that depends on one of `values`, themselves included. */
function dependents(
  nodes: readonly { inputs: readonly Value[]; outputs: readonly Value[] }[],
  values: readonly Value[],
) {
  const reached = new Set<Value>(values);
  for (const { inputs, outputs } of nodes) {
    if (inputs.some((input) => reached.has(input))) for (const output of outputs) reached.add(output);
  }
  return reached;
}
