import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { type ObjectStore, r2ObjectStore } from "../../src/base/index.ts";
import { workerdEngine } from "../../src/runtime/index.ts";
import { createScorer } from "../../src/scoring/index.ts";
import { requestOf, T0 } from "../scoring/harness.ts";
import { goLive, SHOP } from "../scoring/tiny-model.ts";

/** R2 as the scorer has it; every read is written down by its key. */
function watched(): { store: ObjectStore; reads: string[] } {
  const reads: string[] = [];
  const real = r2ObjectStore(env.LAKE);
  const store = new Proxy(real, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        reads.push(`${String(name)} ${String(args[0])}`);
        return value.apply(target, args);
      };
    },
  });
  return { store, reads };
}

const REQUESTS = 1_000;

it("a thousand requests at once for a model that is not in memory start one load", async () => {
  const { version } = await goLive(r2ObjectStore(env.LAKE), "crowd", SHOP);
  const { store, reads } = watched();
  let loads = 0;
  const engine = workerdEngine();
  const scorer = createScorer({
    store,
    engine: {
      load(model) {
        loads++;
        return engine.load(model);
      },
    },
    sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
    onFault: (fault) => expect.unreachable(JSON.stringify(fault)),
  });
  const context = createExecutionContext();
  const ask = (nowMs: number) =>
    scorer.score(requestOf("crowd", ["boots"], { nowMs }), {
      waitUntil: (promise) => context.waitUntil(promise),
    });

  const answers = await Promise.all(Array.from({ length: REQUESTS }, () => ask(T0)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(["cold"]));
  // More come while it loads, as they do.
  const more = await Promise.all(Array.from({ length: REQUESTS }, (_, at) => ask(T0 + at)));
  expect(more.every(({ status }) => status === "cold" || status === "ok")).toBe(true);
  await waitOnExecutionContext(context);
  expect(await ask(T0 + REQUESTS)).toMatchObject({ status: "ok", modelVersion: version });

  expect(loads).toBe(1);
  const counts = new Map<string, number>();
  for (const read of reads) counts.set(read, (counts.get(read) ?? 0) + 1);
  expect(
    [...counts.values()].every((count) => count === 1),
    JSON.stringify([...counts]),
  ).toBe(true);
  expect(reads.filter((read) => read.endsWith("/model.onnx"))).toHaveLength(1);

  // A model that is absent for good: one look at the pointer and the overlay, whoever asks.
  reads.length = 0;
  const nobody = await Promise.all(
    Array.from({ length: REQUESTS }, () =>
      scorer.score(requestOf("empty", ["boots"]), { waitUntil: (promise) => context.waitUntil(promise) }),
    ),
  );
  expect(nobody.every(({ status }) => status === "cold" || status === "no_model")).toBe(true);
  await waitOnExecutionContext(context);
  expect(reads.filter((read) => read.includes("current.json"))).toHaveLength(1);
  expect(new Set(reads).size).toBe(reads.length);
});
