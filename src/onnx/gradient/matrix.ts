import type { Value } from "../builder.ts";
import { intOf } from "./attributes.ts";
import { inputOf, outputOf, type Rule, type RuleContext } from "./rule.ts";

/** Y = A·B: dA = dY·Bᵀ, dB = Aᵀ·dY. Two matrices go through Gemm, which needs no transposed copy. */
const matMul: Rule = (context) => {
  const [a, b] = [inputOf(context, 0), inputOf(context, 1)];
  const [aDims, bDims] = [context.dims(a), context.dims(b)];
  if (aDims.length === 2 && bDims.length === 2) return gemm(context);
  if (aDims.length !== bDims.length || aDims.slice(0, -2).some((size, axis) => size !== bDims[axis])) {
    throw new Error("MatMul: batches have gradients only where both sides have the same ones");
  }
  const { graph, gradient } = context;
  return [
    context.wants(0) ? graph.op("MatMul", [gradient, transposed(context, b)]) : null,
    context.wants(1) ? graph.op("MatMul", [transposed(context, a), gradient]) : null,
  ];
};

/** Y = op(A)·op(B), op the transposition or nothing. */
const gemm: Rule = (context) => {
  const { graph, node, gradient } = context;
  if (node.inputs.length > 2) throw new Error("Gemm: no gradient with a third input");
  const [a, b] = [inputOf(context, 0), inputOf(context, 1)];
  const [transA, transB] = [intOf(node, "transA", 0), intOf(node, "transB", 0)];
  const multiply = (left: Value, right: Value, transLeft: number, transRight: number) =>
    graph.op("Gemm", [left, right], { transA: { int: transLeft }, transB: { int: transRight } });
  const byA = () => (transA === 0 ? multiply(gradient, b, 0, 1 - transB) : multiply(b, gradient, transB, 1));
  const byB = () => (transB === 0 ? multiply(a, gradient, 1 - transA, 0) : multiply(gradient, a, 1, transA));
  return [context.wants(0) ? byA() : null, context.wants(1) ? byB() : null];
};

/** The last two axes swapped. */
function transposed({ graph, dims }: RuleContext, value: Value): Value {
  const rank = dims(value).length;
  const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  return graph.op("Transpose", [value], { perm: { ints: perm } });
}

/** Along the last axis: dX = Y · (dY − Σ dY·Y). */
const softmax: Rule = (context) => {
  const { graph, gradient } = context;
  const y = outputOf(context);
  const sum = graph.op("ReduceSum", [graph.op("Mul", [gradient, y]), graph.ints(lastAxis(context))]);
  return [graph.op("Mul", [y, graph.op("Sub", [gradient, sum])])];
};

/** Along the last axis: dX = dY − exp(Y) · Σ dY. */
const logSoftmax: Rule = (context) => {
  const { graph, gradient } = context;
  const sum = graph.op("ReduceSum", [gradient, graph.ints(lastAxis(context))]);
  return [graph.op("Sub", [gradient, graph.op("Mul", [graph.op("Exp", [outputOf(context)]), sum])])];
};

function lastAxis(context: RuleContext): number {
  const last = context.dims(outputOf(context)).length - 1;
  const axis = intOf(context.node, "axis", -1);
  if (axis !== -1 && axis !== last)
    throw new Error(`${context.node.op}: a gradient only along the last axis`);
  return last;
}

/** Rows by index: what was picked several times gets the sum. */
const gather: Rule = (context) => {
  const { graph, gradient } = context;
  if (intOf(context.node, "axis", 0) !== 0) throw new Error("Gather: a gradient only along the first axis");
  const [rows = 0, ...rest] = context.dims(inputOf(context, 0));
  const count = context.dims(inputOf(context, 1)).reduce((product, size) => product * size, 1);
  const zeros = graph.op("Expand", [graph.float(0), graph.ints(rows, ...rest)]);
  const index = graph.op("Reshape", [inputOf(context, 1), graph.ints(count, ...rest.map(() => 1))]);
  const places = graph.op("Expand", [index, graph.ints(count, ...rest)]);
  const updates = graph.op("Reshape", [gradient, graph.ints(count, ...rest)]);
  const attributes = { axis: { int: 0 }, reduction: { text: "add" } };
  return [graph.op("ScatterElements", [zeros, places, updates], attributes), null];
};

export const MATRIX: Readonly<Record<string, Rule>> = {
  MatMul: matMul,
  Gemm: gemm,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  Gather: gather,
};
