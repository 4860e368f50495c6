import { describe, expect, it } from "vitest";
import { createMemory, makeAnswer, Timeline } from "../../src/serving/index.ts";
import { CONFIG_READ_MS, LEAST_SHARE } from "../../src/serving/limits.ts";
import { lists, PLAIN, ranks, shown, viewed, World } from "./ports.ts";

/** The answer, and the milliseconds until it was there, by steps of one. */
async function timed(world: World, timeoutMs: number | undefined, userId?: string) {
  const timeline = new Timeline(world.ports.now);
  timeline.allow(timeoutMs);
  const startMs = world.nowMs;
  let done = false;
  const visitor = { keyKind: "secret" as const, recent: userId === undefined ? ["x"] : [] };
  const subject = {
    kind: "visitor" as const,
    visitor: { ...visitor, ...(userId === undefined ? {} : { userId }) },
  };
  const answer = makeAnswer({ tenant: "shore", subject, ...PLAIN }, world.ports, {
    memory: createMemory(),
    timeline,
  });
  answer.finally(() => {
    done = true;
  });
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (done) return { answer: await answer, tookMs: world.nowMs - startMs };
    // Signing takes real time, in which the clock of the test stands still.
    if (world.waiting > 0) world.advance(1);
  }
}

function worldWithLists(): World {
  const world = new World();
  world.lists.set("shore", lists({ trending: ["t1", "t2", "t3"] }));
  return world;
}

describe("the request's time for I/O", () => {
  it("ends every wait of a scorer that hangs, and the lists are there by then", async () => {
    for (const [timeoutMs, expected] of [
      [undefined, 40],
      [10, 10],
      [200, 200],
    ] as const) {
      const world = worldWithLists();
      world.hanging.add("scorer");
      const { answer, tookMs } = await timed(world, timeoutMs);
      expect(tookMs).toBe(expected);
      expect(shown(answer)).toEqual(["t1:trending", "t2:trending", "t3:trending"]);
      expect(answer.degraded?.reason).toBe("scorer_late");
      expect(world.waiting).toBe(0);
    }
  });

  it("leaves a fifth of it to the model where the profile hangs, and is not exceeded where both do", async () => {
    const world = worldWithLists();
    world.profiles.set("shore u:ann", viewed("x"));
    world.score = ranks(["a", "b", "c"]);
    world.hanging.add("profile").add("facts");
    const { answer, tookMs } = await timed(world, 40, "ann");
    expect(tookMs).toBe(32);
    expect(shown(answer)).toEqual(["t1:trending", "t2:trending", "t3:trending"]);
    expect(answer.degraded?.reason).toBe("profile_late");
    for (const part of ["scorer", "lists", "seen"]) world.hanging.add(part);
    expect((await timed(world, 40, "ann")).tookMs).toBe(40);
  });

  it("bounds scenario and configuration where the request gives one; else they may take longer, as they change what is answered", async () => {
    for (const [timeoutMs, expected] of [
      [undefined, CONFIG_READ_MS],
      [10, 10],
      [2_000, CONFIG_READ_MS],
    ] as const) {
      const world = worldWithLists();
      for (const part of ["scenarios", "config"]) world.hanging.add(part);
      const { answer, tookMs } = await timed(world, timeoutMs, "ann");
      expect(tookMs).toBe(expected);
      expect(answer.degraded?.reason).toBe("scenario_late");
    }
  });

  it("leaves every wait a fifth of it, whatever was waited for before", async () => {
    const timeline = new Timeline(() => nowMs);
    let nowMs = 0;
    timeline.allow(100);
    const limits = [0, 30, 75, 95, 500].map((atMs) => {
      nowMs = atMs;
      return timeline.limitMs(0.5);
    });
    expect(limits).toEqual([50, 50, 25, 100 * LEAST_SHARE, 100 * LEAST_SHARE]);
  });

  it("ends a wait for everything at once: an empty list that says why", async () => {
    const world = new World();
    for (const part of ["scorer", "lists", "seen", "profile", "facts"]) world.hanging.add(part);
    const { answer, tookMs } = await timed(world, 40);
    expect(tookMs).toBe(40);
    expect(answer.degraded?.reason).toBe("scorer_late");
    expect(answer.degraded?.detail).toContain("lists_late");
  });
});
