import type { Prng } from "../../src/base/index.ts";
import { retrainBySettings, sendEvents, upsertItems } from "../client/index.ts";
import type { Progress } from "../progress.ts";
import type { Shop } from "../simulate/index.ts";
import { waitLanded } from "./landing.ts";
import type { Site } from "./site.ts";

const HISTORY_ITEMS = 5;
const ANSWER_ITEMS = 10;
const READY_TIMEOUT_MS = 60_000;

/** The shop sent, landed and trained on; the version that is live. */
export async function seedAndTrain(
  site: Site,
  shop: Shop,
  seed: number,
  progress: Progress,
): Promise<string> {
  const part = progress.part("Sending the shop", shop.events.length);
  await upsertItems(site.client, shop.items, () => {});
  let sent = 0;
  await sendEvents(site.client, shop.events, (batch) => {
    sent += batch.length;
    part.update(sent);
  });
  part.finish();
  await waitLanded(site, shop.events.length, progress);
  const training = progress.part("Training", 1);
  // One learner: what is measured is how fast a model answers, not how well.
  const settings = { budgetSeconds: 60, learners: ["linear"], seed };
  const outcome = await retrainBySettings(site.client, settings, ({ progress: done, step }) =>
    training.update(done, step),
  );
  if (outcome.status !== "published") throw new Error(`no model to measure: ${JSON.stringify(outcome)}`);
  training.finish(outcome.learner);
  return outcome.version;
}

/** Makes the path of the next request. */
export type Paths = Record<"empty" | "cached" | "live", () => string>;

/** `cached` asks the same every time; `live` never asks the same twice, so that no cache can answer. */
export function pathMaker(site: Site, { items }: Shop, prng: Prng): Paths {
  const recommend = (recent: string[]) =>
    `/v1/recommendations?key=${site.publishableKey}&limit=${ANSWER_ITEMS}&recent=${recent.join(",")}`;
  const history = () => Array.from({ length: HISTORY_ITEMS }, () => prng.pick(items).item_id);
  const same = recommend(history());
  const asked = new Set<string>();
  return {
    empty: () => "/",
    cached: () => same,
    live: () => {
      for (;;) {
        const path = recommend(history());
        if (asked.has(path)) continue;
        asked.add(path);
        return path;
      }
    },
  };
}

/** Until the scorer answers with the version just trained. */
export async function waitLive(site: Site, paths: Paths, version: string): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const answer = (await (await fetch(site.url + paths.live())).json()) as {
      model_version?: string;
      degraded?: unknown;
    };
    if (answer.model_version === version && answer.degraded === undefined) return;
    if (Date.now() > deadlineMs)
      throw new Error(`no answer from ${version}: ${JSON.stringify(answer).slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
