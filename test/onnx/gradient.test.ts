import { describe, expect, it } from "vitest";
import { createGraph, encodeModel, gradients } from "../../src/onnx/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { type Checked, checkGradients } from "./gradient-check.ts";

const POSITIVE = [0.5, 2] as const;
const axis = (int: number) => ({ axis: { int } });

/** One of `op` on inputs of these dims. */
const plain = (
  op: string,
  inputs: Checked["inputs"],
  dims: readonly number[],
  rest: {
    range?: readonly [number, number];
    attributes?: Parameters<ReturnType<typeof createGraph>["op"]>[2];
  } = {},
): Checked => ({
  inputs,
  dims,
  ...(rest.range ? { range: rest.range } : {}),
  build: (graph, values) => graph.op(op, values, rest.attributes),
});

const M = [2, 3] as const;

const OPERATORS: Record<string, Checked> = {
  Identity: plain("Identity", [M], M),
  Neg: plain("Neg", [M], M),
  Exp: plain("Exp", [M], M),
  Log: plain("Log", [M], M, { range: POSITIVE }),
  Sqrt: plain("Sqrt", [M], M, { range: POSITIVE }),
  Reciprocal: plain("Reciprocal", [M], M, { range: POSITIVE }),
  Sigmoid: plain("Sigmoid", [M], M),
  Tanh: plain("Tanh", [M], M),
  "Relu of what is positive": plain("Relu", [M], M, { range: POSITIVE }),
  "Relu of what is negative": plain("Relu", [M], M, { range: [-2, -0.5] }),
  Add: plain("Add", [M, M], M),
  "Add of a row": plain("Add", [M, [3]], M),
  "Add of a column": plain("Add", [M, [2, 1]], M),
  "Add of a scalar": plain("Add", [[], M], M),
  Sub: plain(
    "Sub",
    [
      [2, 1, 3],
      [4, 1],
    ],
    [2, 4, 3],
  ),
  Mul: plain("Mul", [M, [2, 1]], M),
  "Mul by itself": { inputs: [M], dims: M, build: (graph, [x = ""]) => graph.op("Mul", [x, x]) },
  Div: plain("Div", [M, [1, 3]], M, { range: POSITIVE }),
  MatMul: plain("MatMul", [M, [3, 4]], [2, 4]),
  "MatMul over batches": plain(
    "MatMul",
    [
      [2, 2, 3, 4],
      [2, 2, 4, 2],
    ],
    [2, 2, 3, 2],
  ),
  Gemm: plain("Gemm", [M, [3, 4]], [2, 4]),
  "Gemm with transA": plain(
    "Gemm",
    [
      [3, 2],
      [3, 4],
    ],
    [2, 4],
    { attributes: { transA: { int: 1 } } },
  ),
  "Gemm with transB": plain("Gemm", [M, [4, 3]], [2, 4], { attributes: { transB: { int: 1 } } }),
  "Gemm with both": plain(
    "Gemm",
    [
      [3, 2],
      [4, 3],
    ],
    [2, 4],
    {
      attributes: { transA: { int: 1 }, transB: { int: 1 } },
    },
  ),
  Softmax: plain("Softmax", [[2, 2, 3]], [2, 2, 3], { attributes: axis(-1) }),
  LogSoftmax: plain("LogSoftmax", [M], M, { attributes: axis(-1) }),
  Gather: {
    inputs: [[4, 3]],
    dims: [5, 3],
    build: (graph, [x = ""]) => graph.op("Gather", [x, graph.ints(0, 2, 2, 3, 2)]),
  },
  Reshape: {
    inputs: [M],
    dims: [3, 2],
    build: (graph, [x = ""]) => graph.op("Reshape", [x, graph.ints(-1, 2)]),
  },
  Unsqueeze: {
    inputs: [M],
    dims: [2, 1, 3],
    build: (graph, [x = ""]) => graph.op("Unsqueeze", [x, graph.ints(1)]),
  },
  Squeeze: {
    inputs: [[2, 1, 3]],
    dims: M,
    build: (graph, [x = ""]) => graph.op("Squeeze", [x, graph.ints(1)]),
  },
  Expand: {
    inputs: [[2, 1]],
    dims: [4, 2, 3],
    build: (graph, [x = ""]) => graph.op("Expand", [x, graph.ints(4, 2, 3)]),
  },
  Transpose: plain("Transpose", [[2, 3, 4]], [4, 2, 3], { attributes: { perm: { ints: [2, 0, 1] } } }),
  Concat: plain("Concat", [M, [2, 1], [2, 2]], [2, 6], { attributes: axis(1) }),
  Slice: {
    inputs: [[2, 6]],
    dims: M,
    build: (graph, [x = ""]) => graph.op("Slice", [x, graph.ints(2), graph.ints(5), graph.ints(1)]),
  },
  ReduceSum: {
    inputs: [[2, 3, 4]],
    dims: [2, 4],
    build: (graph, [x = ""]) => graph.op("ReduceSum", [x, graph.ints(1)], { keepdims: { int: 0 } }),
  },
  ReduceMean: {
    inputs: [[2, 3, 4]],
    dims: [1, 3, 1],
    build: (graph, [x = ""]) => graph.op("ReduceMean", [x, graph.ints(0, 2)]),
  },
  ReduceSumSquare: {
    inputs: [M],
    dims: [2, 1],
    build: (graph, [x = ""]) => graph.op("ReduceSumSquare", [x, graph.ints(-1)]),
  },
};

describe("the gradient of each operator is what finite differences say", () => {
  for (const [name, checked] of Object.entries(OPERATORS)) {
    it(name, () => checkGradients(nodeEngine(), checked));
  }
});

describe("a graph's backward pass", () => {
  it("adds up what reaches a value by several ways", () =>
    checkGradients(nodeEngine(), {
      inputs: [M],
      dims: M,
      build: (graph, [x = ""]) => {
        const y = graph.op("Exp", [x]);
        return graph.op("Add", [graph.op("Mul", [y, x]), graph.op("Sub", [y, graph.op("Mul", [x, x])])]);
      },
    }));

  it("begins at several seeds with gradients of their own", async () => {
    const graph = createGraph("seeds");
    const x = graph.input("x", "float32", [2]);
    const twice = graph.op("Mul", [x, graph.float(2)]);
    const square = graph.op("Mul", [x, x]);
    const seeds = new Map([
      [twice, graph.input("a", "float32", [2])],
      [square, graph.input("b", "float32", [2])],
    ]);
    graph.output("d", gradients(graph, seeds, [x])[0] as string, "float32", [2]);
    const session = await nodeEngine().load(encodeModel(graph.build()));
    const two = (...values: number[]) => ({
      type: "float32" as const,
      dims: [2],
      data: Float32Array.from(values),
    });
    const { d } = await session.run({ x: two(3, 5), a: two(1, 10), b: two(1, 100) });
    expect(d?.data).toEqual(Float32Array.of(2 + 6, 20 + 1000));
  });

  it("refuses an operator without a rule, dims that only a run knows, and inputs that the loss does not see", () => {
    const graph = createGraph("refused");
    const x = graph.input("x", "float32", [2]);
    const unseen = graph.input("unseen", "float32", [2]);
    const y = graph.op("Sign", [x]);
    const seeds = new Map([[y, graph.float(1)]]);
    expect(() => gradients(graph, seeds, [x])).toThrow("Sign has no gradient");
    expect(() => gradients(graph, new Map([[x, x]]), [unseen])).toThrow("no gradient reaches unseen");
    graph.op("TopK", [x, graph.ints(1)]);
    expect(() => gradients(graph, seeds, [x])).toThrow("TopK");
    const loose = createGraph("loose");
    const z = loose.input("z", "float32", ["batch"]);
    expect(() => gradients(loose, new Map([[z, z]]), [z])).toThrow("no fixed dims");
  });
});
