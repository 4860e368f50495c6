import { expect, it } from "vitest";
import type { Engine, Tensor } from "../../src/base/index.ts";
import { createGraph, encodeModel } from "../../src/onnx/index.ts";

/** x [n] → x + `by`, one element at least. */
function adder(by: number): Uint8Array {
  const graph = createGraph("adder");
  const x = graph.input("x", "float32", ["n"]);
  graph.output("y", graph.op("Add", [x, graph.float(by)]), "float32", ["n"]);
  return encodeModel(graph.build());
}

function vector(...values: number[]): { x: Tensor } {
  return { x: { type: "float32", dims: [values.length], data: Float32Array.from(values) } };
}

/** What the rooms that compute count on, of any engine. */
export function engineContract(makeEngine: () => Engine): void {
  it("runs a graph, with a size that differs from run to run, also nothing", async () => {
    const session = await makeEngine().load(adder(2));
    expect(await session.run(vector(1, 5))).toEqual({
      y: { type: "float32", dims: [2], data: Float32Array.of(3, 7) },
    });
    expect((await session.run(vector())).y?.dims).toEqual([0]);
    await session.release();
  });

  it("takes calls at once, from several sessions and engines, and mixes nothing up", async () => {
    const engines = [makeEngine(), makeEngine()];
    const sums = await Promise.all(
      Array.from({ length: 12 }, async (_, by) => {
        const session = await (engines[by % 2] as Engine).load(adder(by));
        const outputs = await Promise.all([1, 2, 3].map((x) => session.run(vector(x))));
        await session.release();
        return outputs.map(({ y }) => y?.data[0]);
      }),
    );
    expect(sums).toEqual(Array.from({ length: 12 }, (_, by) => [1 + by, 2 + by, 3 + by]));
  });

  it("leaves a result alone when the next run overwrites the engine's memory", async () => {
    const session = await makeEngine().load(adder(0));
    const first = await session.run(vector(1, 2));
    await session.run(vector(8, 9));
    expect(first.y?.data).toEqual(Float32Array.of(1, 2));
    await session.release();
  });

  it("rejects what is no graph and a run without its input, and goes on", async () => {
    const engine = makeEngine();
    await expect(engine.load(new Uint8Array([1, 2, 3]))).rejects.toThrow();
    const session = await engine.load(adder(1));
    await expect(session.run({})).rejects.toThrow();
    expect((await session.run(vector(1))).y?.data).toEqual(Float32Array.of(2));
    await session.release();
  });
}
