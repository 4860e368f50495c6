import { describe, expect, it } from "vitest";
import { createPrng, type Engine, type Tensor } from "../../src/base/index.ts";
import { createGraph, encodeModel } from "../../src/onnx/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { engineContract } from "../contracts/engine.ts";

describe("the engine in Node", () => engineContract(nodeEngine));

describe("the engine in Node, on two threads", () => {
  engineContract(() => nodeEngine({ threads: 2 }));

  it("gives the very numbers of one thread", async () => {
    const model = softmaxOfProduct();
    expect(await run(nodeEngine({ threads: 2 }), model)).toEqual(await run(nodeEngine(), model));
  });
});

const ROWS = 300;
const DEPTH = 257;
const COLUMNS = 400;

function softmaxOfProduct(): Uint8Array {
  const graph = createGraph("softmax-of-product");
  const left = graph.input("left", "float32", [ROWS, DEPTH]);
  const right = graph.input("right", "float32", [DEPTH, COLUMNS]);
  const product = graph.op("MatMul", [left, right]);
  graph.output("y", graph.op("Softmax", [product]), "float32", [ROWS, COLUMNS]);
  return encodeModel(graph.build());
}

async function run(engine: Engine, model: Uint8Array): Promise<Record<string, Tensor>> {
  const prng = createPrng("threads");
  const matrix = (rows: number, columns: number): Tensor => ({
    type: "float32",
    dims: [rows, columns],
    data: Float32Array.from({ length: rows * columns }, () => prng.normal()),
  });
  const session = await engine.load(model);
  const outputs = await session.run({ left: matrix(ROWS, DEPTH), right: matrix(DEPTH, COLUMNS) });
  await session.release();
  return outputs;
}
