import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { hashKey, makeKey } from "../../src/events/index.ts";
import { writeExploration } from "../../src/serving/exploration.ts";
import { createSigner, mintRecommendationId, type RecommendationId } from "../../src/serving/index.ts";
import { buildApp } from "../../workers/edge/app.ts";
import { type Env, memory } from "../../workers/edge/bindings.ts";
import { propensityRoutes } from "../../workers/edge/routes-propensity.ts";

const SECRET = "the tests' secret";
const ID: RecommendationId = {
  ...{ tenant: "shore", scenario: "home", variant: "control", modelVersion: "m1" },
  ...{ seed: 7, mintedAtMs: 1_700_000_000_000, source: "model" },
};
const edge = {
  ...env,
  RATE_ANSWERS: { limit: async () => ({ success: true }) },
  SIGNING_SECRET: SECRET,
} as unknown as Env;

async function ask(tenant: string, id: string, search = "") {
  const key = makeKey("secret", tenant, new Uint8Array(24).fill(5));
  const record = { hash: await hashKey(key), tenant, kind: "secret" as const, origins: [] };
  memory.keys.set(key, { ...record, createdAtMs: 0, revokedAtMs: null }, Date.now());
  const response = await buildApp(propensityRoutes).request(
    `https://shop.example/v1/admin/recommendations/${encodeURIComponent(id)}${search}`,
    { headers: { authorization: `Bearer ${key}` } },
    edge,
    createExecutionContext(),
  );
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const mint = (id: RecommendationId) => mintRecommendationId(id, createSigner(SECRET));

it("tells what a recommendation id keeps: where its list came from, and each place's propensity", async () => {
  const slots = [{ place: 1, propensity: 0.125 }];
  const explored = writeExploration({ share: 0.25, slots, exhausted: false });
  const { status, body } = await ask(
    "shore",
    await mint({ ...ID, explored, degraded: "scorer_late" }),
    "?places=18",
  );
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ scenario: "home", variant: "control", model_version: "m1", source: "model" },
    ...{ served_at: 1_700_000_000_000, degraded: "scorer_late", exploration: { share: 0.25 } },
  });
  const places = body.places as { place: number; explored: boolean; propensity: number }[];
  expect(places.map(({ propensity }) => propensity)).toEqual([0.75, 0.125, ...Array(14).fill(0.75), 1, 1]);
  expect(places.filter((one) => one.explored).map(({ place }) => place)).toEqual([2]);
});

it("says that a list in which nothing was tried was certain", async () => {
  const { body } = await ask("shore", await mint(ID), "?places=2");
  expect(body).toMatchObject({ exploration: null });
  const certain = { explored: false, propensity: 1 };
  expect(body.places).toEqual([
    { place: 1, ...certain },
    { place: 2, ...certain },
  ]);
});

it("knows no id of another tenant, and none that was changed", async () => {
  const id = await mint(ID);
  for (const [tenant, given] of [
    ["hill", id],
    ["shore", `${id.slice(0, -3)}AAA`],
    ["shore", "nonsense"],
  ] as const) {
    const { status, body } = await ask(tenant, given);
    expect([status, body.error]).toMatchObject([404, { field: "id" }]);
  }
  expect((await ask("shore", id, "?places=0")).body.error).toMatchObject({ field: "places", limit: 1 });
});
