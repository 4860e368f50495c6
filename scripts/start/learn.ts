import { setTimeout as sleep } from "node:timers/promises";
import { createPrng } from "../../src/base/index.ts";
import { ApiClient, type Published, retrainBySettings } from "../client/index.ts";
import { printMetrics } from "../metrics.ts";
import type { Progress } from "../progress.ts";
import type { DemoState } from "./home.ts";

/** An answer of the API, as far as it is looked at here. */
export interface Answer {
  recommendation_id: string;
  model_version: string | null;
  items: { item_id: string; source: string; title?: string }[];
  degraded?: { reason: string };
}

/** The model that answers from now on. */
export type Trained = Pick<Published, "version" | "learner" | "metrics">;

const SAMPLES = 3;
/** Within which the scorer must notice a new version, with room for a slow machine's first load. */
const ANSWERING_TIMEOUT_MS = 90_000;

/** What a site on this machine may spend on each run, so that the first is over in a minute or two: a deployed one has far more. */
const LOCAL_BUDGET_SECONDS = 45;

/** Retrains and follows it; anything but a live model is an error that says why. */
export async function trainFirst(client: ApiClient, seed: number, progress: Progress): Promise<Trained> {
  const part = progress.part("Training", 1);
  const settings = { budgetSeconds: LOCAL_BUDGET_SECONDS, seed };
  const outcome = await retrainBySettings(client, settings, ({ progress: done, step, message }) =>
    part.update(done, message === "" ? step : message),
  );
  if (outcome.status === "too_little_data") throw new Error(outcome.message);
  if (outcome.status === "refused") {
    // A run that an earlier start began may have gone on by itself, and published the same model first.
    const { live, metrics } = outcome;
    if (live !== undefined) {
      const { learner } = await client.request<{ learner: string }>(`/v1/admin/models/${live}`);
      part.finish(`${learner}, version ${live}`);
      return { version: live, learner, metrics };
    }
    printMetrics(metrics, (line) => progress.say(line));
    throw new Error(`the gate refused the model: ${outcome.reason}`);
  }
  if (outcome.status === "reproduced")
    throw new Error("a first model was asked for, not an earlier one again");
  part.finish(`${outcome.learner}, version ${outcome.version}`);
  return outcome;
}

/** Answers for three shoppers chosen by the seed, once the given version gives them (the last ones seen, when time is up). */
export async function waitAnswers(demo: DemoState, seed: number, version: string): Promise<Answer[]> {
  const client = new ApiClient(demo.url, demo.publishableKey);
  const deadlineMs = Date.now() + ANSWERING_TIMEOUT_MS;
  const shoppers = createPrng(`samples/${seed}`)
    .shuffle([...demo.shoppers])
    .slice(0, SAMPLES);
  for (;;) {
    const answers = await Promise.all(
      shoppers.map(({ userId }) =>
        client.request<Answer>("/v1/recommendations", {
          query: { user_id: userId, limit: 10, fields: "title" },
        }),
      ),
    );
    if (answers.every((answer) => isFromModel(answer, version)) || Date.now() > deadlineMs) return answers;
    await sleep(500);
  }
}

/** A scorer that has just started loads its model first, and the lists answer meanwhile: waits until it takes over. */
export async function waitAwake({ url, publishableKey, shoppers }: DemoState): Promise<void> {
  const client = new ApiClient(url, publishableKey);
  const query = { user_id: shoppers[0]?.userId, limit: 10 };
  const deadlineMs = Date.now() + ANSWERING_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    const { degraded } = await client.request<Answer>("/v1/recommendations", { query });
    if (degraded === undefined || !degraded.reason.startsWith("scorer_")) return;
    await sleep(500);
  }
}

/** Whether an answer comes wholly from the model of this version. */
export function isFromModel(answer: Answer, version: string): boolean {
  return (
    answer.model_version === version &&
    answer.degraded === undefined &&
    answer.items.length > 0 &&
    answer.items.every(({ source }) => source === "model")
  );
}
