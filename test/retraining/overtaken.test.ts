import { expect, it } from "vitest";
import type { ObjectStore } from "../../src/base/index.ts";
import { promote, publish, readPointer, type TrainingSettings } from "../../src/registry/index.ts";
import { type RetrainPorts, retrain, runIdOf } from "../../src/retraining/index.ts";
import { noticeSettings, putSettings, readSearched } from "../../src/retraining/settings-store.ts";
import { artifactOf } from "../registry/artifacts.ts";
import { BUSY, oneMoreEvent, params, ports, published, shop, steps } from "./runs.ts";
import { NOW_MS } from "./shop-events.ts";

/** Versions are named by the second. */
const LATER_MS = NOW_MS + 60_000;

/** Another run's version goes live after this one was judged, before it is promoted. */
async function overtaken(store: ObjectStore): Promise<{ other: string; own: RetrainPorts }> {
  const { version } = await publish(store, artifactOf("another run's", { tenant: "shop" }));
  const own = ports(store);
  const tryInScorer: RetrainPorts["tryInScorer"] = async (candidate) => {
    await promote(store, "shop", version, { nowMs: NOW_MS });
    return own.tryInScorer(candidate);
  };
  return { other: version, own: { ...own, tryInScorer } };
}

function refused(was: string, other: string) {
  const reason = expect.stringContaining(`it was to replace ${was}, and ${other} is live by now`);
  return { status: "refused", reason };
}

it.each([
  ["popularity", {}],
  ["a learner", BUSY],
])(
  "leaves alone what has gone live since %s was judged with nothing live",
  async (_, options) => {
    const store = await shop(options);
    const { other, own } = await overtaken(store);
    expect(await retrain(own, params(), steps())).toMatchObject(refused("no version", other));
    expect((await readPointer(store, "shop"))?.pointer.version).toBe(other);
    // Which says nothing of what was found: the next run may search again.
    expect(await readSearched(store, "shop")).toBeUndefined();
  },
  60_000,
);

it("leaves alone what has gone live since popularity was judged in the place of popularity", async () => {
  const store = await shop();
  const first = published(await retrain(ports(store), params(), steps()));
  expect(first.learner).toBe("popularity");
  await oneMoreEvent(store);
  const later = params({ requestedAtMs: LATER_MS, runId: runIdOf("shop", "test", LATER_MS) });
  const { other, own } = await overtaken(store);
  expect(await retrain(own, later, steps())).toMatchObject(refused(first.version, other));
  expect((await readPointer(store, "shop"))?.pointer.version).toBe(other);
});

it("leaves the pointer to the run by newer settings", async () => {
  const store = await shop();
  const own = ports(store);
  const started: TrainingSettings[] = [];
  const change = async (seed: number) => {
    await putSettings(store, "shop", { seed });
    await noticeSettings(store, "shop", async (settings) => started.push(settings));
  };
  await change(5);
  const tryInScorer: RetrainPorts["tryInScorer"] = async (candidate) => {
    if (started.length === 1) await change(6);
    return own.tryInScorer(candidate);
  };
  const first = await retrain(
    { ...own, tryInScorer },
    params({ settings: started[0] as TrainingSettings }),
    steps(),
  );
  const reason = expect.stringContaining("trained by settings 1, and 2 are in force by now");
  expect(first).toMatchObject({ status: "refused", reason });
  expect(await readPointer(store, "shop")).toBeNull();
  const at = { requestedAtMs: LATER_MS, runId: runIdOf("shop", "test", LATER_MS) };
  const { version } = published(
    await retrain(own, params({ ...at, settings: started[1] as TrainingSettings }), steps()),
  );
  expect((await readPointer(store, "shop"))?.pointer.version).toBe(version);
});
