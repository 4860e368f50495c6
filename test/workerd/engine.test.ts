import { describe, expect, it } from "vitest";
import { linear, popularity } from "../../src/learn/index.ts";
import { workerdEngine } from "../../src/runtime/index.ts";
import { engineContract } from "../contracts/engine.ts";
import { graphContract } from "../contracts/graph.ts";
import { fitModel, toyContent } from "../contracts/learner.ts";

const instantiate = WebAssembly.instantiate;
const engine = workerdEngine();

describe("the engine in workerd", () => {
  engineContract(workerdEngine);

  it("has put WebAssembly.instantiate back", () => {
    expect(WebAssembly.instantiate).toBe(instantiate);
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
