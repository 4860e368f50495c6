import { expect, it } from "vitest";
import { wasmBytes } from "../../scripts/bench/quality/wasm-memory.ts";
import { discard, type Tensor } from "../../src/base/index.ts";
import { constantsOutside, createGraph, encodeModel } from "../../src/onnx/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";

const LENGTH = 3_000;
const CONSTANTS: Tensor[] = [
  { type: "float32", dims: [LENGTH], data: Float32Array.from({ length: LENGTH }, (_, i) => i / 4) },
  { type: "int64", dims: [LENGTH], data: BigInt64Array.from({ length: LENGTH }, (_, i) => BigInt(i)) },
  { type: "int32", dims: [LENGTH], data: Int32Array.from({ length: LENGTH }, (_, i) => -i) },
  { type: "uint16", dims: [LENGTH], data: Uint16Array.from({ length: LENGTH }, (_, i) => 3 * i) },
];

/** Element `at` of each constant as floats, and of one too short to be taken out. */
function lookUp(constants: readonly Tensor[]): Uint8Array<ArrayBuffer> {
  const graph = createGraph("look-up");
  const at = graph.input("at", "int64", [1]);
  const short: Tensor = { type: "float32", dims: [3], data: Float32Array.of(7, 8, 9) };
  for (const [index, constant] of [...constants, short].entries()) {
    const value = graph.op("Gather", [graph.constant(constant), at]);
    graph.output(`y${index}`, graph.op("Cast", [value], { to: { int: 1 } }), "float32", [1]);
  }
  return encodeModel(graph.build());
}

function at(index: number): { at: Tensor } {
  return { at: { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(index)) } };
}

it("reads large constants of every size of element, wherever the file stands in its buffer, and keeps no byte of it", async () => {
  const model = lookUp(CONSTANTS);
  const shifted = new Uint8Array(model.byteLength + 3);
  shifted.set(model, 3);
  const session = await nodeEngine().load(shifted.subarray(3));
  discard(shifted);
  const outputs = await session.run(at(2));
  expect(Object.values(outputs).map(({ data }) => data[0])).toEqual([0.5, 2, -2, 6, 9]);
  await session.release();
});

it("leaves a model without large constants as it is", () => {
  expect(constantsOutside(lookUp([]), "constants")).toBeNull();
});

it("makes a model small where its constants are large", () => {
  expect(constantsOutside(lookUp(CONSTANTS), "constants")?.byteLength).toBeLessThan(2_000);
});

it("holds the constants of a model once", async () => {
  const large: Tensor = { type: "uint8", dims: [48_000_000], data: new Uint8Array(48_000_000).fill(5) };
  const model = lookUp([large]);
  const before = wasmBytes();
  const session = await nodeEngine().load(model);
  expect(wasmBytes() - before).toBeLessThan(1.7 * model.byteLength);
  expect((await session.run(at(2))).y0?.data[0]).toBe(5);
  await session.release();
});
