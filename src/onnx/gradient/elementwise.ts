import type { Value } from "../builder.ts";
import { inputOf, outputOf, type Rule, type RuleContext, sumTo } from "./rule.ts";

/** A function of one value: `derivative` gives gradient · f′. */
function each(derivative: (context: RuleContext, x: Value, y: Value) => Value): Rule {
  return (context) => [derivative(context, inputOf(context, 0), outputOf(context))];
}

/** A function of two that broadcast: each side's gradient before it is summed back to the side's dims. */
function both(
  left: (context: RuleContext, a: Value, b: Value) => Value,
  right: (context: RuleContext, a: Value, b: Value) => Value,
): Rule {
  return (context) => {
    const [a, b] = [inputOf(context, 0), inputOf(context, 1)];
    return [left, right].map((side, index) =>
      context.wants(index) ? sumTo(context, side(context, a, b), context.dims(index === 0 ? a : b)) : null,
    );
  };
}

const times = ({ graph, gradient }: RuleContext, value: Value) => graph.op("Mul", [gradient, value]);
const minus = ({ graph, gradient }: RuleContext) => graph.op("Neg", [gradient]);

const product = both(
  (context, _a, b) => times(context, b),
  (context, a) => times(context, a),
);

export const ELEMENTWISE: Readonly<Record<string, Rule>> = {
  Identity: each(({ gradient }) => gradient),
  Neg: each((context) => minus(context)),
  Exp: each((context, _x, y) => times(context, y)),
  Log: each(({ graph, gradient }, x) => graph.op("Div", [gradient, x])),
  Sqrt: each(({ graph, gradient }, _x, y) =>
    graph.op("Div", [gradient, graph.op("Mul", [y, graph.float(2)])]),
  ),
  Reciprocal: each((context, _x, y) => {
    const { graph } = context;
    return times(context, graph.op("Neg", [graph.op("Mul", [y, y])]));
  }),
  // y · (1 − y) = y − y²
  Sigmoid: each((context, _x, y) =>
    times(context, context.graph.op("Sub", [y, context.graph.op("Mul", [y, y])])),
  ),
  Tanh: each((context, _x, y) =>
    times(context, context.graph.op("Sub", [context.graph.float(1), context.graph.op("Mul", [y, y])])),
  ),
  Relu: each((context, _x, y) => times(context, context.graph.op("Sign", [y]))),
  Add: both(
    ({ gradient }) => gradient,
    ({ gradient }) => gradient,
  ),
  Sub: both(({ gradient }) => gradient, minus),
  Mul: (context) => {
    const { graph, node } = context;
    if (node.inputs[0] !== node.inputs[1]) return product(context);
    // A square: one product in place of two and their sum.
    return [times(context, graph.op("Mul", [inputOf(context, 0), graph.float(2)])), null];
  },
  Div: both(
    ({ graph, gradient }, _a, b) => graph.op("Div", [gradient, b]),
    (context, _a, b) => {
      const { graph, gradient } = context;
      const ratio = graph.op("Div", [outputOf(context), b]);
      return graph.op("Neg", [graph.op("Mul", [gradient, ratio])]);
    },
  ),
};
