import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, listAll, MINUTE_MS, r2ObjectStore } from "../../src/base/index.ts";
import { markOpen, type Rerun, runIdOf } from "../../src/retraining/index.ts";
import { startRetrain, startScheduled } from "../../workers/trainer-start.ts";
import { statusOf } from "../../workers/trainer-status.ts";
import { emptied } from "./emptied.ts";

const CRON_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;

/** The platform's Workflows: instances by id with their status. */
function workflows() {
  const runs = new Map<string, InstanceStatus["status"]>();
  const instance = (id: string) => ({ id, status: async () => ({ status: runs.get(id) }) });
  const RETRAIN = {
    async create({ id }: { id: string }) {
      runs.set(id, "running");
      return instance(id);
    },
    async get(id: string) {
      if (!runs.has(id)) throw new Error("instance.not_found");
      return instance(id);
    },
  };
  return { runs, trainer: { ...env, RETRAIN } as unknown as TrainerEnv };
}

async function marks(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(r2ObjectStore(env.LAKE), "work/shop/open/")) keys.push(key);
  return keys;
}

beforeEach(() => emptied(env.LAKE as never));

it("skips a scheduled run while another run of the tenant has not ended", async () => {
  const { runs, trainer } = workflows();
  await startScheduled(trainer, "shop", CRON_MS - 5 * MINUTE_MS);
  const first = runIdOf("shop", "cron", CRON_MS - 5 * MINUTE_MS);
  expect([...runs.keys()]).toEqual([first]);
  await startScheduled(trainer, "shop", CRON_MS);
  expect([...runs.keys()]).toEqual([first]);
  // Another tenant's, and what is asked for, start all the same.
  await startScheduled(trainer, "other", CRON_MS);
  const { runId } = await startRetrain(trainer, { tenant: "shop", reason: "import", nowMs: CRON_MS });
  expect([...runs.keys()]).toEqual([first, runIdOf("other", "cron", CRON_MS), runId]);
  runs.set(first, "complete");
  await startScheduled(trainer, "shop", CRON_MS);
  expect(runs.size).toBe(3);
  runs.set(runId, "complete");
  await startScheduled(trainer, "shop", CRON_MS);
  const next = runIdOf("shop", "cron", CRON_MS);
  expect(runs.get(next)).toBe("running");
  expect(await marks()).toEqual([`work/shop/open/${next}`]);
});

it.each([
  ["has failed", "errored", 5 * MINUTE_MS],
  ["was ended", "terminated", 5 * MINUTE_MS],
  ["is known no more", null, 5 * MINUTE_MS],
  ["has been silent for too long", "running", HOUR_MS],
  ["has waited for a day", "queued", DAY_MS + HOUR_MS],
] as const)("is not held up by a run that %s", async (_, status, ageMs) => {
  const { runs, trainer } = workflows();
  await startScheduled(trainer, "shop", CRON_MS - ageMs);
  const first = runIdOf("shop", "cron", CRON_MS - ageMs);
  if (status === null) runs.delete(first);
  else runs.set(first, status);
  await startScheduled(trainer, "shop", CRON_MS);
  expect(runs.get(runIdOf("shop", "cron", CRON_MS))).toBe("running");
});

it("takes a run for ended only where the platform says so", async () => {
  const { trainer } = workflows();
  await startScheduled(trainer, "shop", CRON_MS - 5 * MINUTE_MS);
  const first = await marks();
  expect(first).toHaveLength(1);
  const refuse = async () => {
    throw new Error("internal error; reference = abc");
  };
  const unwell = { ...trainer, RETRAIN: { ...trainer.RETRAIN, get: refuse } } as unknown as TrainerEnv;
  await expect(startScheduled(unwell, "shop", CRON_MS)).rejects.toThrow("internal error");
  expect(await marks()).toEqual(first);
  await startScheduled(trainer, "shop", CRON_MS);
  expect(await marks()).toEqual(first);
});

it("is held up by a run in a process of its own while that reports and has not ended", async () => {
  const { runs, trainer } = workflows();
  const store = r2ObjectStore(env.LAKE);
  const whole = runIdOf("shop", "whole", CRON_MS - HOUR_MS);
  const say = (name: string, value: object) =>
    store.put(`work/shop/${whole}/${name}`, new TextEncoder().encode(JSON.stringify(value)));
  await markOpen(store, "shop", whole);
  await say("progress.json", { step: "study", progress: 0.4, message: "half", atMs: Date.now() });
  await startScheduled(trainer, "shop", CRON_MS);
  expect(runs.size).toBe(0);
  expect(await statusOf(trainer, "shop", whole)).toMatchObject({ status: "running", progress: 0.4 });

  await say("outcome.json", { status: "published", version: "v" });
  expect(await statusOf(trainer, "shop", whole)).toMatchObject({
    status: "complete",
    outcome: { version: "v" },
  });
  await startScheduled(trainer, "shop", CRON_MS);
  const next = runIdOf("shop", "cron", CRON_MS);
  expect([...runs.keys()]).toEqual([next]);
  expect(await marks()).toEqual([`work/shop/open/${next}`]);
});

it("is not held up by one that has died", async () => {
  const { runs, trainer } = workflows();
  const store = r2ObjectStore(env.LAKE);
  const whole = runIdOf("shop", "whole", CRON_MS - HOUR_MS);
  await markOpen(store, "shop", whole);
  const report = { step: "study", progress: 0.4, message: "half", atMs: Date.now() - HOUR_MS };
  await store.put(`work/shop/${whole}/progress.json`, new TextEncoder().encode(JSON.stringify(report)));
  await startScheduled(trainer, "shop", CRON_MS);
  expect(runs.size).toBe(1);
  expect(await statusOf(trainer, "shop", whole)).toMatchObject({ status: "errored" });
});

it("is held up again by a run that was silent for long and goes on", async () => {
  const { runs, trainer } = workflows();
  await startScheduled(trainer, "shop", CRON_MS - HOUR_MS);
  const first = runIdOf("shop", "cron", CRON_MS - HOUR_MS);
  await startScheduled(trainer, "shop", CRON_MS);
  const second = runIdOf("shop", "cron", CRON_MS);
  expect(await marks()).toEqual([first, second].map((run) => `work/shop/open/${run}`));
  runs.set(second, "complete");
  const report = { step: "study", progress: 0.5, message: "", atMs: Date.now() };
  await r2ObjectStore(env.LAKE).put(
    `work/shop/${first}/progress.json`,
    new TextEncoder().encode(JSON.stringify(report)),
  );
  await startScheduled(trainer, "shop", CRON_MS + MINUTE_MS);
  expect([...runs.keys()]).toEqual([first, second]);
  expect(await marks()).toEqual([`work/shop/open/${first}`]);
});

it("is not held up by a run that is run again, which publishes nothing", async () => {
  const { runs, trainer } = workflows();
  const request = { tenant: "shop", reason: "rerun", nowMs: CRON_MS, rerun: {} as Rerun };
  await startRetrain(trainer, request);
  await startScheduled(trainer, "shop", CRON_MS);
  expect([...runs.keys()]).toEqual([runIdOf("shop", "rerun", CRON_MS), runIdOf("shop", "cron", CRON_MS)]);
});
