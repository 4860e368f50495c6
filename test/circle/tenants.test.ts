import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CatalogItem } from "../../src/catalogue/index.ts";
import { type AnsweringSite, type Keys, openAnsweringSite, type Reply } from "./answering-site.ts";

const TENANTS = ["shore", "hill"] as const;
type Tenant = (typeof TENANTS)[number];
const other = (tenant: Tenant): Tenant => (tenant === "shore" ? "hill" : "shore");

const THEMES = ["winter", "summer", "rain"];

/** Twelve items, the same ids for both: their titles, prices, sizes and themes are each tenant's own. */
function itemsOf(tenant: Tenant): CatalogItem[] {
  return Array.from({ length: 12 }, (_, at) => ({
    item_id: `item-${at}`,
    title: `${tenant} item ${at}`,
    categories: ["shoes"],
    tags: [THEMES[(tenant === "shore" ? at : 11 - at) % 3] ?? ""],
    brand: at % 2 === 0 ? "Even" : "Odd",
    price: tenant === "shore" ? at : 100 + at,
    popularity: at,
    attributes: { size: at % 2 === 0 ? "L" : "M" },
  }));
}

/** Scenarios of the same name that mean different things. */
const SCENARIO = {
  shore: { rules: { filter: { brand: "Even" } }, fields: ["title", "brand"] },
  hill: { rules: { filter: { brand: "Odd" } }, fields: ["title", "brand"] },
};
const BRAND = { shore: "Even", hill: "Odd" };

let site: AnsweringSite;
const keys = {} as Record<Tenant, Keys>;

beforeAll(async () => {
  site = await openAnsweringSite({ queueTimeoutS: 1 });
  for (const tenant of TENANTS) {
    keys[tenant] = await site.tenant(tenant);
    const { secret } = keys[tenant];
    await site.must(secret, "/v1/admin/scenarios/home", { method: "PUT", body: SCENARIO[tenant] });
    const sized = { rules: { filter: { "attributes.size": { user: "attributes.size" } } } };
    await site.must(secret, "/v1/admin/scenarios/sized", { method: "PUT", body: sized });
    const members = { rules: { filter: { user: { segments: { any: ["members"] } } } } };
    await site.must(secret, "/v1/admin/scenarios/members", { method: "PUT", body: members });
    const ann = { user_id: "ann", attributes: { size: tenant === "shore" ? "L" : "M" } };
    await site.must(secret, "/v1/users", { body: [ann] });
  }
  const profiles = await site.runtime.database("PROFILES_0");
  await profiles.prepare("INSERT INTO segment_members VALUES ('shore', 'u:ann', 'members', 0)").run();
  await site.stock("shore", itemsOf("shore"), { isLive: true });
  await site.stock("hill", itemsOf("hill"), { isLive: false });
});

afterAll(() => site?.runtime.dispose());

const VISITOR = { user_id: "ann", anonymous_id: "device", session_id: "visit", recent: ["item-1", "item-2"] };
const FIELDS = { fields: ["title", "brand"], limit: 4 };

/** Every list there is, asked by both tenants in the very same words. */
const ASKS: [string, string, unknown?][] = [
  ["a visitor's", "/v1/recommendations?recent=item-1,item-2&fields=title&limit=4"],
  ["a user's", "/v1/recommendations?user_id=ann&fields=title&limit=4"],
  ["nobody's", "/v1/recommendations?fields=title&limit=4"],
  ["a posted visitor's", "/v1/recommendations", { ...VISITOR, ...FIELDS }],
  ["one with rules", "/v1/recommendations", { ...VISITOR, ...FIELDS, rules: { filter: { brand: "Even" } } }],
  ["a page", "/v1/recommendations", { ...VISITOR, ...FIELDS, cursor: "first" }],
  [
    "a batch",
    "/v1/recommendations:batch",
    { ...VISITOR, placements: [{ ...FIELDS }, { ...FIELDS, limit: 2 }] },
  ],
  ["similar", "/v1/items/item-3/similar?fields=title&limit=4"],
  ["bought together", "/v1/items/item-3/bought-together?fields=title&limit=4"],
  ["trending", "/v1/trending?fields=title&limit=4"],
  ["popular", "/v1/popular?fields=title&limit=4"],
  ["popular of a category", "/v1/popular?fields=title&limit=4&category=shoes"],
  ["new", "/v1/new?fields=title&limit=4"],
  ["ranked", "/v1/rank", { ...VISITOR, fields: ["title"], items: ["item-4", "item-5"] }],
];

const listsOf = ({ json }: Reply): { items: { title: string; brand?: string }[]; model_version: string }[] =>
  json.placements ?? [json];

/** Twice in turn: from the stores and the scorer first, then from what the isolate remembers, which is one for both. */
function itGivesEachItsOwn(live: readonly Tenant[]): void {
  it.each(ASKS)("%s list: each its own", async (_, path, body) => {
    for (const tenant of [...TENANTS, ...TENANTS]) {
      const reply = await site.ask(keys[tenant].secret, path, body === undefined ? {} : { body });
      expect(reply.status, JSON.stringify(reply.json)).toBe(200);
      for (const { items, model_version } of listsOf(reply)) {
        expect(items.length).toBeGreaterThan(1);
        for (const { title } of items) expect(title ?? `${tenant} item`).toMatch(`${tenant} item`);
        if (!live.includes(tenant)) expect(model_version).toBeNull();
      }
    }
  });
}

describe("two tenants with equal ids, one of them with a model", () => {
  itGivesEachItsOwn(["shore"]);
});

describe("two tenants with equal ids, both with models", () => {
  beforeAll(() => site.stock("hill", itemsOf("hill"), { isLive: true }));

  itGivesEachItsOwn(TENANTS);

  it("scenarios of one name have each tenant's rules", async () => {
    for (const tenant of [...TENANTS, ...TENANTS]) {
      for (const who of ["recent=item-1", "user_id=nobody"]) {
        const { json } = await site.ask(keys[tenant].secret, `/v1/recommendations?scenario=home&${who}`);
        const brands = json.items.map(({ brand }: { brand: string }) => brand);
        expect(new Set(brands), `${tenant} ${who}`).toEqual(new Set([BRAND[tenant]]));
      }
    }
  });

  it("users of one id have each tenant's attributes and segments", async () => {
    const odd = (id: string) => Number(id.slice(5)) % 2 === 1;
    for (const tenant of [...TENANTS, ...TENANTS]) {
      const { secret } = keys[tenant];
      const sized = await site.ask(secret, "/v1/recommendations?scenario=sized&user_id=ann&recent=item-1");
      const ids: string[] = sized.json.items.map(({ item_id }: { item_id: string }) => item_id);
      expect(ids.length).toBeGreaterThan(0);
      expect(ids.every((id) => odd(id) === (tenant === "hill"))).toBe(true);
      const members = await site.ask(
        secret,
        "/v1/recommendations?scenario=members&user_id=ann&recent=item-1",
      );
      expect(members.json.qualifying > 0, tenant).toBe(tenant === "shore");
    }
  });

  it("histories of one user id are each tenant's own", async () => {
    const nowMs = Date.now();
    const event = {
      ...{ event_id: crypto.randomUUID(), type: "view", user_id: "bea", session_id: "s", item_id: "item-7" },
      ...{ occurred_at: nowMs, sent_at: nowMs, consent: "granted" },
    };
    await site.ask(keys.shore.secret, "/v1/events", { body: [{ ...event, event_id: uuidV7(nowMs) }] });
    const ask = (tenant: Tenant) => site.ask(keys[tenant].secret, "/v1/recommendations?user_id=bea");
    const { reply } = await site.until(
      () => ask("shore"),
      ({ json }) => json.items[0]?.source === "model",
    );
    expect(reply.json.model_version).not.toBeNull();
    expect((await ask("hill")).json.model_version).toBeNull();
  });

  it("a cursor of one is none of the other's, nor of another list", async () => {
    for (const tenant of TENANTS) {
      const path = "/v1/recommendations?recent=item-1&limit=3&cursor=";
      const first = await site.ask(keys[tenant].secret, `${path}first`);
      const cursor = encodeURIComponent(first.json.next_cursor);
      expect((await site.ask(keys[tenant].secret, path + cursor)).status).toBe(200);
      const wrong = [
        [other(tenant), path],
        [tenant, "/v1/popular?cursor="],
        [tenant, "/v1/items/item-1/similar?cursor="],
        [tenant, "/v1/recommendations?scenario=home&cursor="],
      ] as const;
      for (const [asker, asked] of wrong) {
        const refused = await site.ask(keys[asker].secret, asked + cursor);
        const error = { code: "invalid_parameter", field: "cursor" };
        expect(refused, asked).toMatchObject({ status: 400, json: { error } });
      }
    }
  });

  it("a recommendation id of one explains nothing to the other", async () => {
    for (const tenant of TENANTS) {
      const visit = "recent=item-1&session_id=visit";
      const list = await site.ask(keys[tenant].publishable, `/v1/recommendations?${visit}`);
      const path = `/v1/why?${visit}&recommendation_id=${encodeURIComponent(list.json.recommendation_id)}`;
      expect((await site.ask(keys[tenant].publishable, path)).status).toBe(200);
      const refused = await site.ask(keys[other(tenant)].publishable, path);
      expect(refused).toMatchObject({ status: 403, json: { error: { field: "recommendation_id" } } });
    }
  });
});

function uuidV7(nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}
