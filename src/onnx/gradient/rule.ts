import type { GraphBuilder, Value } from "../builder.ts";
import type { Node } from "../graph.ts";

/** What an operator's rule is given to write its part of the backward pass. */
export interface RuleContext {
  graph: GraphBuilder;
  node: Node;
  /** Gradient of the loss by the node's output. */
  gradient: Value;
  /** Whether the gradient by this input is wanted: the others need not be computed. */
  wants(index: number): boolean;
  dims(value: Value): readonly number[];
  /** Values of a constant input, such as axes. */
  ints(index: number): number[];
}

/** Gives, for each input of the node, the gradient by it; null where it is not wanted or there is none. */
export type Rule = (context: RuleContext) => (Value | null)[];

export function inputOf(context: RuleContext, index: number): Value {
  return context.node.inputs[index] as Value;
}

export function outputOf(context: RuleContext): Value {
  return context.node.outputs[0] as Value;
}

/** Undoes broadcasting: adds up over the axes along which a value of `dims` was repeated. */
export function sumTo(context: RuleContext, gradient: Value, dims: readonly number[]): Value {
  const from = context.dims(outputOf(context));
  const offset = from.length - dims.length;
  const axes = from.flatMap((size, axis) =>
    axis < offset || (dims[axis - offset] === 1 && size !== 1) ? [axis] : [],
  );
  if (axes.length === 0) return gradient;
  const sum = context.graph.op("ReduceSum", [gradient, context.graph.ints(...axes)]);
  return offset === 0 ? sum : reshape(context, sum, dims);
}

export function reshape({ graph }: RuleContext, value: Value, dims: readonly number[]): Value {
  return graph.op("Reshape", [value, graph.ints(...dims)]);
}
