import { setTimeout as sleep } from "node:timers/promises";
import { MINUTE_MS, r2ObjectStore } from "../../src/base/index.ts";
import type { ApiClient } from "../client/index.ts";
import { type MadeModel, publishModel } from "./serve-model.ts";
import type { Questions } from "./serve-questions.ts";
import { type Site, TENANT } from "./site.ts";

const POLL_MS = 500;
/** The scorer looks at the pointer every 15 s, and then loads. */
const SEEN_TIMEOUT_MS = 2 * MINUTE_MS;

/** The same model once more, under another version; its items' titles end in `b`. */
export async function addSecond(site: Site, model: MadeModel): Promise<string> {
  const store = r2ObjectStore(await site.runtime.lake());
  return publishModel(store, TENANT, model, { mark: "b", createdAtMs: Date.now() });
}

export async function promote(client: ApiClient, version: string): Promise<void> {
  await client.request(`/v1/admin/models/${version}/promote`, { method: "POST", body: {} });
}

/** Promotes the version and waits until answers name it. */
export async function swapTo({ client, url }: Site, questions: Questions, version: string): Promise<void> {
  await promote(client, version);
  const deadlineMs = Date.now() + SEEN_TIMEOUT_MS;
  for (;;) {
    const { path, body } = questions.plain();
    const headers = { "content-type": "application/json" };
    const response = await fetch(url + path, {
      method: "POST",
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const answer = (await response.json()) as { model_version?: string };
    if (answer.model_version === version) return;
    if (Date.now() > deadlineMs) throw new Error(`${version} is live, answers name ${answer.model_version}`);
    await sleep(POLL_MS);
  }
}
