import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CatalogItem, encodeTogether, TOGETHER_FILE } from "../../src/catalogue/index.ts";
import { makeUuidV7 } from "../../src/events/index.ts";
import { type AnsweringSite, idsOf, type Keys, openAnsweringSite } from "./answering-site.ts";

const COUNT = 12;
/** Even ones are of one brand, odd ones of the other; the price is the number. */
const ITEMS: CatalogItem[] = Array.from({ length: COUNT }, (_, at) => ({
  item_id: `item-${at}`,
  title: `Item ${at}`,
  categories: ["things"],
  tags: [["red", "green", "blue"][at % 3] ?? ""],
  brand: at % 2 === 0 ? "Even" : "Odd",
  price: at,
  popularity: COUNT - at,
  published_at: Date.UTC(2026, 0, 1),
}));

/** With item 0 go 7 and 4; with the others nothing. */
const TOGETHER = encodeTogether({
  start: Uint32Array.from({ length: COUNT + 1 }, (_, at) => (at === 0 ? 0 : 2)),
  indices: Uint32Array.of(7, 4),
  scores: Float32Array.of(20, 10),
});

let site: AnsweringSite;
let keys: Keys;

beforeAll(async () => {
  site = await openAnsweringSite({ queueTimeoutS: 1 });
  keys = await site.tenant("shore");
  await site.stock("shore", ITEMS, { isLive: true, beside: { [TOGETHER_FILE]: TOGETHER } });
});

afterAll(() => site?.runtime.dispose());

const post = (path: string, body: object, key = keys.secret) => site.ask(key, path, { body });

describe("rank", () => {
  it("keeps all items: what is known by score, then what is not, in the order given and without one", async () => {
    const items = ["nobody-9", "item-5", "item-6", "nobody-1", "item-3", "item-6"];
    const reply = await post("/v1/rank", { recent: ["item-0"], items });
    expect(reply.json).not.toHaveProperty("degraded");
    const ids = idsOf(reply);
    expect(ids.slice(0, 3).toSorted()).toEqual(["item-3", "item-5", "item-6"]);
    expect(ids.slice(3)).toEqual(["nobody-9", "nobody-1"]);
    const scores = reply.json.items.map(({ score }: { score?: number }) => score);
    expect(scores.slice(3)).toEqual([undefined, undefined]);
    expect(scores.slice(0, 3)).toEqual(scores.slice(0, 3).toSorted((a: number, b: number) => b - a));
    // Items 3 and 6 share the history's colour.
    expect(ids[2]).toBe("item-5");
  });

  it("without a history or a known item keeps the order given", async () => {
    const items = ["nobody-2", "nobody-1"];
    for (const who of [{}, { recent: ["item-0"] }])
      expect(idsOf(await post("/v1/rank", { ...who, items }))).toEqual(items);
  });
});

describe("a server's question", () => {
  const rules = { filter: { and: [{ user: { country: "NL" } }, { user: { device: "mobile" } }] } };
  const qualifying = async (said: object) =>
    (await post("/v1/recommendations", { recent: ["item-0"], rules, ...said })).json.qualifying;

  it("says where its visitor is and what they hold, of which its own request says nothing", async () => {
    expect(await qualifying({})).toBe(0);
    // All but what the history has.
    expect(await qualifying({ country: "NL", device: "mobile" })).toBe(COUNT - 1);
    expect(await qualifying({ country: "NL", device: "desktop" })).toBe(0);
    const listed = await site.ask(keys.secret, "/v1/recommendations?country=NL&device=mobile");
    expect(listed.status).toBe(200);
  });

  it("is a server's: a browser cannot say that it is elsewhere", async () => {
    for (const said of [{ country: "NL" }, { device: "mobile" }]) {
      const [field] = Object.keys(said);
      for (const path of ["/v1/recommendations", "/v1/rank"]) {
        const items = path === "/v1/rank" ? { items: ["item-1"] } : {};
        expect(await post(path, { ...said, ...items }, keys.publishable)).toMatchObject({
          status: 400,
          json: { error: { field, message: expect.stringContaining("needs a secret key") } },
        });
      }
    }
  });

  it("is refused with the field's name where it is none of a country or a device", async () => {
    for (const [field, value] of [
      ["country", "nl"],
      ["device", "fridge"],
    ] as const) {
      const posted = await post("/v1/recommendations", { [field]: value });
      const got = await site.ask(keys.secret, `/v1/recommendations?${field}=${value}`);
      for (const reply of [posted, got])
        expect(reply).toMatchObject({ status: 400, json: { error: { field } } });
    }
  });
});

describe("bought together", () => {
  it("is what went into baskets with the item first, then what is like it", async () => {
    const { json } = await site.ask(keys.publishable, "/v1/items/item-0/bought-together?limit=4");
    const said = json.items.map((item: { item_id: string; source: string }) => [item.item_id, item.source]);
    expect(said.slice(0, 2)).toEqual([
      ["item-7", "together"],
      ["item-4", "together"],
    ]);
    expect(said.slice(2).map(([, source]: string[]) => source)).toEqual(["model", "model"]);
    expect(said.map(([id]: string[]) => id)).not.toContain("item-0");
    const similar = await site.ask(keys.publishable, "/v1/items/item-0/similar?limit=3");
    expect(idsOf(similar).toSorted()).toEqual(["item-3", "item-6", "item-9"]);
  });
});

describe("reasons", () => {
  const visit = { session_id: "visit", recent: ["item-0"] };
  const idFor = async (who: object) =>
    (await post("/v1/recommendations", who, keys.publishable)).json.recommendation_id;

  it("are told to a browser of its own visit's list only", async () => {
    const recommendation_id = await idFor(visit);
    const asked = { ...visit, limit: 3, recommendation_id, items: ["item-1"] };
    const own = await post("/v1/why", asked, keys.publishable);
    expect(own.status).toBe(200);
    expect(own.json.items[0].history).toMatchObject([{ item_id: "item-0" }]);
    expect(own.json.not_listed.map(({ item_id }: { item_id: string }) => item_id)).toEqual(["item-1"]);
    const nameless = await idFor({ recent: ["item-0"] });
    for (const wrong of [
      visit,
      { ...visit, session_id: "another", recommendation_id },
      { recent: ["item-0"], recommendation_id },
      { ...visit, recommendation_id: nameless },
      { ...visit, recommendation_id: `${recommendation_id.slice(0, -2)}AA` },
    ]) {
      const refused = await post("/v1/why", wrong, keys.publishable);
      expect(refused, JSON.stringify(wrong)).toMatchObject({
        status: 403,
        json: { error: { field: "recommendation_id" } },
      });
      expect((await post("/v1/why", wrong)).status).toBe(200);
    }
  });

  it("tell a user's history to whom the tenant vouches for, and to nobody else", async () => {
    const nowMs = Date.now();
    const event = {
      event_id: makeUuidV7(nowMs, crypto.getRandomValues(new Uint8Array(10))),
      ...{ type: "view", user_id: "ann", session_id: "hers", item_id: "item-8" },
      ...{ occurred_at: nowMs, sent_at: nowMs, consent: "granted" },
    };
    await site.must(keys.secret, "/v1/events", { body: [event] });
    await site.until(
      () => site.ask(keys.secret, "/v1/recommendations?user_id=ann"),
      ({ json }) => json.items[0]?.source === "model",
    );
    const eve = { ...visit, user_id: "ann" };
    const recommendation_id = await idFor(eve);
    const stranger = await post("/v1/why", { ...eve, recommendation_id }, keys.publishable);
    expect(stranger.status).toBe(200);
    expect(stranger.json.notices).toMatchObject([{ field: "user_id" }]);
    expect(JSON.stringify(stranger.json.items)).not.toContain('"item_id":"item-8","by"');
    const short = { ...eve, recommendation_id, limit: 1, items: ["item-1", "item-2", "item-3", "nobody"] };
    const reasonsOf = ({ json }: { json: { not_listed: { reason: string }[] } }) =>
      new Set(json.not_listed.map(({ reason }) => reason));
    const claimed = reasonsOf(await post("/v1/why", short, keys.publishable));
    expect(claimed).toEqual(new Set(["unvouched", "unknown"]));
    const made = await site.must(keys.secret, "/v1/admin/user-tokens", { body: { user_id: "ann" } });
    const { user_token } = made.json;
    const herself = await post("/v1/why", { ...eve, user_token, recommendation_id }, keys.publishable);
    expect(herself.json).not.toHaveProperty("notices");
    expect(reasonsOf(await post("/v1/why", { ...short, user_token }, keys.publishable))).toContain("rank");
    expect(JSON.stringify(herself.json.items)).toContain('"item_id":"item-8","by"');
  });
});

const WRONG = { filter: { and: [{ brand: "Even" }, { price: { gt: "dear" } }] } };

it.each([
  ["POST", "/v1/recommendations", { rules: WRONG }, "rules.filter.and.1.price.gt"],
  [
    "POST",
    "/v1/recommendations",
    { rules: { pin: [{ item_id: "a", position: 0 }] } },
    "rules.pin.0.position",
  ],
  ["POST", "/v1/recommendations", { location: { lat: 91, lon: 0 } }, "location.lat"],
  ["POST", "/v1/recommendations", { rulez: {} }, "rulez"],
  [
    "POST",
    "/v1/recommendations:batch",
    { placements: [{}, { rules: WRONG }] },
    "placements.1.rules.filter.and.1.price.gt",
  ],
  ["POST", "/v1/why", { rules: { cap: [{ field: "colour", max: 1 }] } }, "rules.cap.0.field"],
  ["POST", "/v1/rank", { items: [] }, "items"],
  ["PUT", "/v1/admin/scenarios/wrong", { rules: WRONG }, "rules.filter.and.1.price.gt"],
])("%s %s: what is wrong is refused by its place: %j", async (method, path, body, field) => {
  const refused = await site.ask(keys.secret, path, { method, body });
  expect(refused).toMatchObject({ status: 400, json: { error: { code: "invalid_body", field } } });
});

describe("what is relaxed", () => {
  /** One item is both Even and cheap; six are Even, two are cheap. */
  const filter = [
    { name: "brand", where: { brand: "Even" } },
    { name: "cheap", where: { price: { lt: 2 } } },
  ];
  const isEven = (id: string) => Number(id.slice(5)) % 2 === 0;
  const isCheap = (id: string) => Number(id.slice(5)) < 2;

  /** With the rules inline, or in a scenario of that name. */
  async function under(rules: object, limit: number, name?: string) {
    const who = { recent: ["item-11"], limit };
    if (name === undefined) return post("/v1/recommendations", { ...who, rules });
    await site.must(keys.secret, `/v1/admin/scenarios/${name}`, { method: "PUT", body: { rules } });
    return post("/v1/recommendations", { ...who, scenario: name });
  }

  it.each([["inline"], ["scenario"]])(
    "is the first of what may be, then the next, and is named: %s",
    async (how) => {
      const name = (text: string) => (how === "inline" ? undefined : text);
      const rules = { filter, relax: ["filter.cheap", "filter.brand"] };
      const none = await under(rules, 1, name("one"));
      expect(none.json).toMatchObject({ qualifying: 1, items: [{ item_id: "item-0" }] });
      expect(none.json).not.toHaveProperty("relaxed");

      const first = await under(rules, 4, name("four"));
      expect(first.json).toMatchObject({ qualifying: 1, relaxed: ["filter.cheap"] });
      expect(idsOf(first)).toHaveLength(4);
      expect(idsOf(first).every(isEven)).toBe(true);

      const both = await under(rules, 8, name("eight"));
      expect(both.json).toMatchObject({ qualifying: 1, relaxed: ["filter.cheap", "filter.brand"] });
      expect(idsOf(both)).toHaveLength(8);
    },
  );

  it("is nothing that may not be: the list is short, and says so", async () => {
    const strict = await under({ filter }, 4);
    expect(idsOf(strict)).toEqual(["item-0"]);
    expect(strict.json).toMatchObject({ qualifying: 1, degraded: { reason: "few_items" } });
    expect(strict.json).not.toHaveProperty("relaxed");
    const half = await under({ filter, relax: ["filter.brand"] }, 4);
    expect(idsOf(half).toSorted()).toEqual(["item-0", "item-1"]);
    expect(half.json).toMatchObject({ relaxed: ["filter.brand"], degraded: { reason: "few_items" } });
    expect(idsOf(half).every(isCheap)).toBe(true);
  });

  it("may be a cap; and holds for somebody unknown, too", async () => {
    const capped = { cap: [{ field: "brand", max: 1 }] };
    expect(idsOf(await under(capped, 4))).toHaveLength(2);
    const relaxed = await under({ ...capped, relax: ["cap"] }, 4);
    expect(relaxed.json).toMatchObject({ relaxed: ["cap"] });
    expect(idsOf(relaxed)).toHaveLength(4);
    const rules = { filter, relax: ["filter.cheap"] };
    const nobody = await post("/v1/recommendations", { limit: 4, rules });
    expect(nobody.json).toMatchObject({ qualifying: 1, relaxed: ["filter.cheap"] });
    expect(idsOf(nobody).every(isEven)).toBe(true);
  });
});
