import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../src/base/index.ts";
import { createGraph, encodeModel, type Graph, pruneGraph } from "../../src/onnx/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { decodeModel } from "../oracle/decode.ts";

const TENSORS: Tensor[] = [
  { type: "float32", dims: [2, 2], data: Float32Array.of(1.5, -0, Number.NEGATIVE_INFINITY, 3e-40) },
  { type: "int64", dims: [2], data: BigInt64Array.of(-1n, 2n ** 62n) },
  { type: "int32", dims: [1, 2], data: Int32Array.of(-5, 2 ** 31 - 1) },
  { type: "uint16", dims: [2], data: Uint16Array.of(1, 65_535) },
  { type: "int8", dims: [3], data: Int8Array.of(-128, 0, 127) },
  { type: "uint8", dims: [2], data: Uint8Array.of(0, 255) },
  { type: "bool", dims: [2], data: Uint8Array.of(0, 1) },
  { type: "float32", dims: [0, 4], data: new Float32Array(0) },
  { type: "float32", dims: [], data: Float32Array.of(7) },
];

describe("a graph", () => {
  it("comes back from its bytes as it went in: every type, every attribute, names of dimensions", () => {
    const graph: Graph = {
      name: "all of it",
      inputs: [{ name: "x", type: "float32", dims: ["batch", 3] }],
      outputs: [{ name: "y", type: "int64", dims: [] }],
      nodes: [
        {
          op: "Made",
          inputs: ["x", "", "constant"],
          outputs: ["y", "z"],
          attributes: {
            axis: { int: -1 },
            alpha: { float: 0.5 },
            reduction: { text: "add" },
            perm: { ints: [1, 0, -2] },
            scales: { floats: [0.25, -4] },
            none: { ints: [] },
          },
        },
      ],
      initializers: new Map(TENSORS.map((tensor, index) => [`t${index}`, tensor])),
    };
    expect(decodeModel(encodeModel(graph))).toEqual(graph);
    expect(encodeModel(graph)).toEqual(encodeModel(graph));
  });

  it("keeps any floats of any shape bit by bit", () => {
    fc.assert(
      fc.property(
        fc.float32Array({ maxLength: 300 }),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
        (data, int) => {
          const tensor: Tensor = { type: "float32", dims: [data.length], data: Float32Array.from(data) };
          const node = { op: "Op", inputs: [], outputs: ["y"], attributes: { int: { int } } };
          const graph = {
            name: "g",
            inputs: [],
            outputs: [],
            nodes: [node],
            initializers: new Map([["t", tensor]]),
          };
          const back = decodeModel(encodeModel(graph));
          expect(back.nodes).toEqual([node]);
          const bytes = ({ data }: Tensor) => new Uint8Array(data.slice().buffer);
          expect(bytes(back.initializers.get("t") as Tensor)).toEqual(bytes(tensor));
        },
      ),
    );
  });

  it("is what ONNX Runtime reads: constants of every type arrive as they were", async () => {
    const session = await nodeEngine().load(constantsModel());
    const outputs = await session.run({});
    for (const [index, tensor] of TENSORS.entries()) expect(outputs[`y${index}`]).toEqual(tensor);
    await session.release();
  });

  it("is refused while it is built when a value is used before it is defined, or a constant has the wrong size", () => {
    expect(() => createGraph("g").op("Exp", ["nowhere"])).toThrow("nowhere");
    const wrong: Tensor = { type: "float32", dims: [3], data: Float32Array.of(1) };
    expect(() => createGraph("g").constant(wrong)).toThrow("dims 3 has 1");
  });

  it("computes one of two branches, which read what stands around them; pruning keeps what they read", async () => {
    const graph = createGraph("branches");
    const x = graph.input("x", "float32", [1]);
    const doubled = graph.op("Add", [x, x]);
    graph.op("Exp", [x]);
    const isLarge = graph.op("Greater", [x, graph.float(10)]);
    const [chosen] = graph.choose(graph.op("Squeeze", [isLarge]), [{ type: "float32", dims: [1] }], {
      whenTrue: () => [graph.op("Neg", [doubled])],
      whenFalse: () => [graph.op("Mul", [doubled, graph.float(3)])],
    });
    graph.output("y", chosen as string, "float32", [1]);
    const built = pruneGraph(graph.build());
    expect(built.nodes.map(({ op }) => op)).toEqual(["Add", "Greater", "Squeeze", "If", "Identity"]);
    const bytes = encodeModel(built);
    expect(decodeModel(bytes)).toEqual(built);
    const session = await nodeEngine().load(bytes);
    const run = async (value: number) =>
      (await session.run({ x: { type: "float32", dims: [1], data: Float32Array.of(value) } })).y?.data[0];
    expect([await run(20), await run(2)]).toEqual([-40, 12]);
    await session.release();
  });

  it("lets nothing of a branch be read outside", () => {
    const graph = createGraph("g");
    const inside: string[] = [];
    const branch = () =>
      [graph.op("Neg", [graph.float(1)])].map((value) => inside[inside.push(value) - 1] as string);
    graph.choose(graph.float(1), [{ type: "float32", dims: [] }], { whenTrue: branch, whenFalse: branch });
    expect(() => graph.op("Exp", [inside[0] as string])).toThrow("before it is defined");
  });

  it("says so when bytes hold none", () => {
    expect(() => decodeModel(new Uint8Array(0))).toThrow("no ONNX graph");
  });
});

function constantsModel(): Uint8Array {
  const graph = createGraph("constants");
  for (const [index, tensor] of TENSORS.entries()) {
    graph.output(`y${index}`, graph.constant(tensor), tensor.type, tensor.dims);
  }
  return encodeModel(graph.build());
}
