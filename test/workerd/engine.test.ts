import { describe, expect, it } from "vitest";
import { wasmBytes } from "../../scripts/bench/quality/wasm-memory.ts";
import type { Session } from "../../src/base/index.ts";
import { linear, popularity } from "../../src/learn/index.ts";
import { createGraph, encodeModel } from "../../src/onnx/index.ts";
import { workerdEngine } from "../../src/runtime/index.ts";
import { engineContract } from "../contracts/engine.ts";
import { graphContract } from "../contracts/graph.ts";
import { fitModel, toyContent } from "../contracts/learner.ts";

const { instantiate, Memory } = WebAssembly;
const engine = workerdEngine();

/** A model with a constant of so many bytes. */
function modelOf(bytes: number): Uint8Array<ArrayBuffer> {
  const graph = createGraph("large");
  const at = graph.input("at", "int64", [1]);
  const constant = graph.constant({ type: "uint8", dims: [bytes], data: new Uint8Array(bytes) });
  graph.output("y", graph.op("Gather", [constant, at]), "uint8", [1]);
  return encodeModel(graph.build());
}

describe("the engine in workerd", () => {
  engineContract(workerdEngine);

  it("has put WebAssembly back as it was", () => {
    expect(WebAssembly.instantiate).toBe(instantiate);
    expect(WebAssembly.Memory).toBe(Memory);
  });

  it("grows its memory by little more than a model needs", async () => {
    const sessions: Session[] = [];
    const grown: number[] = [];
    while (grown.length < 3) {
      const before = wasmBytes();
      sessions.push(await engine.load(modelOf(500_000)));
      const more = wasmBytes() - before;
      if (more > 0) grown.push(more / before);
    }
    for (const session of sessions) await session.release();
    expect(Math.max(...grown)).toBeLessThan(0.1);
  });
});

describe("popularity's graph in workerd", () =>
  graphContract(
    async () => ({ engine, model: await fitModel(popularity, engine, { parameters: { decayDays: 30 } }) }),
    { readsHistory: false },
  ));

const PARAMETERS = { orderFree: 0.1, ridge: 1, positionDecay: 2, ageDecayDays: 7 };

describe("the linear learner in workerd", () =>
  graphContract(
    async () => ({
      engine,
      model: await fitModel(linear, engine, {
        parameters: PARAMETERS,
        content: toyContent(),
        contentWeight: 0.3,
      }),
    }),
    { readsHistory: true },
  ));
