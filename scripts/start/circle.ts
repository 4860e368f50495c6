import { ApiClient } from "../client/index.ts";
import type { Progress } from "../progress.ts";
import type { DemoState } from "./home.ts";
import { type Trained, trainFirst } from "./learn.ts";
import { putScenarios } from "./scenarios.ts";
import { createDemoTenant, seed, waitLanded } from "./seed.ts";
import type { Shore } from "./shore.ts";
import { loadSource, type SourceOptions, sourceName } from "./source.ts";

/** Seeds an empty shore: tenant, catalogue, events, all landed. Returns what to remember and the accepted ids. */
export async function seedShore(
  shore: Shore,
  options: SourceOptions,
  progress: Progress,
): Promise<{ demo: DemoState; accepted: Set<string> }> {
  const source = await loadSource(options, Date.now());
  const keys = await createDemoTenant(shore);
  const demo: DemoState = {
    ...keys,
    source: sourceName(options),
    title: source.title,
    url: shore.url,
    shoppers: source.shoppers,
    seeded: false,
  };
  await shore.home.writeDemo(demo);
  const client = new ApiClient(shore.url, demo.secretKey);
  await putScenarios(client);
  const accepted = await seed(client, source, progress);
  await waitLanded(client, accepted.size, progress);
  demo.seeded = true;
  await shore.home.writeDemo(demo);
  return { demo, accepted };
}

/** Materialises the lists that need no model, then trains the first one. */
export async function trainShore(demo: DemoState, seedNumber: number, progress: Progress): Promise<Trained> {
  const client = new ApiClient(demo.url, demo.secretKey);
  await client.request("/v1/admin/refresh", { method: "POST", body: {} });
  return trainFirst(client, seedNumber, progress);
}
