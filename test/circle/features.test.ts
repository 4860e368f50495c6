import { afterAll, beforeAll, expect, it } from "vitest";
import { openSite, type Site } from "../../scripts/bench/site.ts";
import { runJob } from "../../scripts/lake/jobs.ts";
import { createPrng } from "../../src/base/index.ts";
import { makeUuidV7 } from "../../src/events/index.ts";

const POLL_MS = 200;
let site: Site;

beforeAll(async () => {
  site = await openSite({ queueTimeoutS: 1 });
  const items = [
    { item_id: "walnut-desk", categories: ["desks"], tags: ["wood"], price: 300 },
    { item_id: "oak-chair", categories: ["chairs"], tags: ["wood"], price: 90 },
  ];
  await site.client.request("/v1/items", { method: "POST", body: { items } });
  const segments = [{ name: "lookers", where: { field: "views_30d", gte: 2 } }];
  await site.client.request("/v1/admin/tenant", { method: "PATCH", body: { segments } });
  const prng = createPrng("features");
  const events = ["walnut-desk", "walnut-desk", "oak-chair"].map((item_id, index) => {
    const atMs = Date.now() - 3_000 + index * 1_000;
    return {
      event_id: makeUuidV7(
        atMs,
        Uint8Array.from({ length: 10 }, () => prng.int(256)),
      ),
      type: "view",
      user_id: "ann",
      anonymous_id: "phone",
      session_id: "s",
      item_id,
      duration_ms: 1_500,
      occurred_at: atMs,
      sent_at: Date.now(),
      consent: "granted",
    };
  });
  await site.client.request("/v1/events", { method: "POST", body: events });
  while ((await stats()).feature_events < events.length)
    await new Promise((done) => setTimeout(done, POLL_MS));
});

afterAll(() => site.runtime.dispose());

const stats = () => site.client.request<{ feature_events: number }>("/v1/admin/stats");

interface Answer {
  segments: string[];
  user: { last_items: string[]; category_affinity: Record<string, number> };
  session: Record<string, unknown>;
  items: Record<string, Record<string, unknown>>;
  categories: Record<string, Record<string, unknown>>;
  user_items: Record<string, Record<string, unknown>>;
}

const ask = (query: Record<string, string>) => site.client.request<Answer>("/v1/features", { query });

it("tells what the declared features of a visitor and of items are now", async () => {
  const answer = await ask({ user_id: "ann", anonymous_id: "phone", items: "walnut-desk,oak-chair" });
  expect(answer.items["walnut-desk"]).toMatchObject({ views_24h: 2 });
  expect(answer.items["oak-chair"]).toMatchObject({ views_24h: 1 });
  expect(answer.categories.desks).toMatchObject({ views_24h: 2 });
  expect(answer.user.last_items).toEqual(["oak-chair", "walnut-desk", "walnut-desk"]);
  expect(answer.user.category_affinity.desks).toBeCloseTo(2 / 3, 3);
  expect(answer.user_items["walnut-desk"]?.category_affinity).toBeCloseTo(2 / 3, 3);
  expect(answer.session).toMatchObject({ session_events: 3, session_items: 2, automated: false });
});

it("tells the segments that the visitor was found in", async () => {
  const server = { url: site.url, adminToken: site.adminToken };
  for (const job of ["commit", "refine", "segments"] as const) await runJob(server, job);
  expect((await ask({ user_id: "ann" })).segments).toEqual(["lookers"]);
  expect((await ask({ user_id: "bob" })).segments).toEqual([]);
});

it("knows nothing of a stranger or of nobody, and is no publishable key's to ask", async () => {
  const stranger = await ask({ user_id: "nobody", items: "no-such-item" });
  expect(stranger.user.last_items).toEqual([]);
  expect(stranger.items["no-such-item"]).toMatchObject({ views_24h: 0 });
  expect(await ask({})).toMatchObject({ segments: [], user: { last_items: [] }, items: {} });
  const publishable = await fetch(`${site.url}/v1/features?key=${site.publishableKey}&user_id=ann`);
  expect(publishable.status).toBe(403);
});
