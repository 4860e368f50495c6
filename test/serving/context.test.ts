import { expect, it } from "vitest";
import type { RequestContext, ScoreAnswer } from "../../src/registry/index.ts";
import { createMemory, makeAnswer, Timeline } from "../../src/serving/index.ts";
import { config, PLAIN, ranks, World } from "./ports.ts";

/** Asks for the same visitor and history each time, from where it is told. */
function shop(more: Partial<ScoreAnswer & { status: "ok" }>) {
  const world = new World();
  world.configs.set("shore", config("shore"));
  const plain = ranks(["a", "b", "c"]);
  world.score = async (request) => ({
    ...((await plain(request)) as ScoreAnswer & { status: "ok" }),
    ...more,
  });
  const memory = createMemory();
  let looks = 0;
  const ask = (place: RequestContext) =>
    makeAnswer(
      {
        tenant: "shore",
        ...PLAIN,
        subject: { kind: "visitor", visitor: { keyKind: "publishable", recent: ["x"] } },
        context: () => {
          looks++;
          return place;
        },
      },
      world.ports,
      { memory, timeline: new Timeline(() => world.nowMs) },
    );
  return { world, ask, looks: () => looks };
}

it("remembers lists by device, country and hour where the model looks at them", async () => {
  const { world, ask } = shop({ usesContext: true });
  const here = { device: "mobile", country: "NL", localHour: 9 };
  await ask(here);
  await ask(here);
  expect(world.scored.map(({ context }) => context)).toEqual([here]);
  await ask({ ...here, localHour: 10 });
  await ask({ ...here, device: "desktop" });
  expect(world.scored).toHaveLength(3);
});

it("does not even look where and when somebody asks once the model is known not to", async () => {
  const { world, ask, looks } = shop({});
  await ask({ device: "mobile" });
  expect(looks()).toBe(1);
  await ask({ device: "desktop" });
  expect([looks(), world.scored.length]).toEqual([1, 1]);
});

it("tells that the second stage had no part in the list, which stays the model's", async () => {
  const { ask } = shop({ rankerProblem: "it gave no numbers" });
  const answer = await ask({});
  expect(answer.items.map(({ source }) => source)).toEqual(["model", "model", "model"]);
  expect(answer.degraded).toMatchObject({
    reason: "ranker_error",
    detail: expect.stringContaining("no numbers"),
  });
});
