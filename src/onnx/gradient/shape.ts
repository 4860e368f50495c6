import type { Value } from "../builder.ts";
import { intOf, intsOf } from "./attributes.ts";
import { reductionAxes, sizeOf } from "./dims.ts";
import { inputOf, type Rule, type RuleContext, reshape, sumTo } from "./rule.ts";

/** The gradient of a reduction with its axes back, of size 1. */
function withAxes(context: RuleContext): Value {
  if (intOf(context.node, "keepdims", 1) === 1) return context.gradient;
  const x = context.dims(inputOf(context, 0));
  const axes = reductionAxes(x.length, context.node, context.ints);
  return reshape(
    context,
    context.gradient,
    x.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

/** The gradient of a sum, repeated for each of its terms. */
function repeated(context: RuleContext): Value {
  const { graph } = context;
  return graph.op("Expand", [withAxes(context), graph.ints(...context.dims(inputOf(context, 0)))]);
}

/** Back to the dims of the input: for all that only names places anew. */
const reshaped: Rule = (context) => [
  reshape(context, context.gradient, context.dims(inputOf(context, 0))),
  null,
];

/** Each part's gradient is its slice. */
const concat: Rule = (context) => {
  const { graph, node } = context;
  const axis = intOf(node, "axis");
  let start = 0;
  return node.inputs.map((name, index) => {
    const from = start;
    start += context.dims(name)[axis] as number;
    if (!context.wants(index)) return null;
    return graph.op("Slice", [context.gradient, graph.ints(from), graph.ints(start), graph.ints(axis)]);
  });
};

/** Zeros around the gradient, where nothing was taken. */
const slice: Rule = (context) => {
  const { graph, gradient } = context;
  const x = context.dims(inputOf(context, 0));
  const [start, end, axis] = [1, 2, 3].map((index) => context.ints(index)[0]) as [number, number, number];
  const size = x[axis] as number;
  const zeros = (length: number) => graph.op("Expand", [graph.float(0), graph.ints(...x.with(axis, length))]);
  const parts = [...(start > 0 ? [zeros(start)] : []), gradient, ...(end < size ? [zeros(size - end)] : [])];
  return [parts.length === 1 ? gradient : graph.op("Concat", parts, { axis: { int: axis } })];
};

export const SHAPE: Readonly<Record<string, Rule>> = {
  Reshape: reshaped,
  Unsqueeze: reshaped,
  Squeeze: reshaped,
  Expand: (context) => [sumTo(context, context.gradient, context.dims(inputOf(context, 0))), null],
  Concat: concat,
  Slice: slice,
  Transpose: ({ graph, node, gradient }) => {
    const perm = intsOf(node, "perm");
    return [graph.op("Transpose", [gradient], { perm: { ints: perm.map((_, axis) => perm.indexOf(axis)) } })];
  },
  ReduceSum: (context) => [repeated(context)],
  ReduceMean: (context) => {
    const x = context.dims(inputOf(context, 0));
    const axes = reductionAxes(x.length, context.node, context.ints);
    const count = sizeOf(axes.map((axis) => x[axis] as number));
    return [context.graph.op("Mul", [repeated(context), context.graph.float(1 / count)])];
  },
  ReduceSumSquare: (context) => {
    const { graph } = context;
    const twice = graph.op("Mul", [withAxes(context), graph.float(2)]);
    return [graph.op("Mul", [inputOf(context, 0), twice])];
  },
};
