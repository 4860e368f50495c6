import { describe, expect, it } from "vitest";
import { linear, popularity } from "../../src/learn/index.ts";
import { workerdEngine } from "../../src/runtime/index.ts";
import { engineContract } from "../contracts/engine.ts";
import { graphContract } from "../contracts/graph.ts";
import { TOY_OPTIONS, toyContent, toyDataset } from "../contracts/learner.ts";

const instantiate = WebAssembly.instantiate;
const engine = workerdEngine();
const yieldTo = async () => {};

describe("the engine in workerd", () => {
  engineContract(workerdEngine);

  it("has put WebAssembly.instantiate back", () => {
    expect(WebAssembly.instantiate).toBe(instantiate);
  });
});

describe("popularity's graph in workerd", () =>
  graphContract(
    async () => ({
      engine,
      model: await popularity.fit(
        toyDataset(),
        { ...TOY_OPTIONS, parameters: { decayDays: 30 } },
        engine,
        yieldTo,
      ),
    }),
    { readsHistory: false },
  ));

describe("the linear learner in workerd", () =>
  graphContract(
    async () => ({
      engine,
      model: await linear.fit(
        toyDataset(),
        {
          ...TOY_OPTIONS,
          content: toyContent(),
          parameters: {
            orderFree: 0.1,
            ridge: 1,
            positionDecay: 2,
            ageDecayDays: 7,
            popularityWeight: 0.1,
            contentWeight: 0.3,
          },
        },
        engine,
        yieldTo,
      ),
    }),
    { readsHistory: true },
  ));
