import { afterAll, beforeAll, expect, it } from "vitest";
import { type LocalRuntime, startLocal } from "../../scripts/local/runtime.ts";
import { createPrng, r2ObjectStore } from "../../src/base/index.ts";
import { EVENTS, openLake } from "../../src/lake/index.ts";
import { randomEvent } from "../lake/events.ts";

const ADMIN_TOKEN = "root-token-of-the-tests";
const NOW_MS = Date.UTC(2026, 5, 1);
const EVENT_COUNT = 10_000;

let runtime: LocalRuntime;

beforeAll(async () => {
  runtime = await startLocal({
    secrets: { ADMIN_TOKEN, SIGNING_SECRET: "the signing secret of the tests" },
    onLog: () => {},
  });
  const lake = openLake(r2ObjectStore(await runtime.lake()));
  const prng = createPrng(1);
  const events = Array.from({ length: EVENT_COUNT }, () => randomEvent(prng, "demo", NOW_MS));
  await lake.append(EVENTS, events, { nowMs: NOW_MS });
  await lake.commitPending(EVENTS, { nowMs: NOW_MS });
});

afterAll(() => runtime?.dispose());

it("visitors are answered while a job works on the lake", async () => {
  let working = true;
  const job = fetch(new URL("/v1/admin/lake/jobs/refine", runtime.url), {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: "{}",
  }).finally(() => {
    working = false;
  });
  let answered = 0;
  while (working) {
    const answer = await fetch(new URL("/v1/health", runtime.url));
    await answer.text();
    if (working) answered++;
  }
  expect((await job).status).toBe(200);
  // One comes through before the job begins, and without turns in between no other.
  expect(answered).toBeGreaterThan(3);
});
