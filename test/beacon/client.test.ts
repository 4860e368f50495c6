import { describe, expect, it } from "vitest";
import type { BeaconEvent, Consent } from "../../src/beacon/api.ts";
import { type Client, createClient } from "../../src/beacon/client.ts";
import { type Event, eventSchema } from "../../src/events/index.ts";
import { recommendationsBodySchema, whyBodySchema } from "../../src/serving/index.ts";
import { createKeyValue, createWorld, settle, type World } from "./ports.ts";

const KEY = "pk_shop_0123456789abcdef0123456789abcdef";

function open(world: World, initialConsent: Consent = "granted", signal = false): Client {
  return createClient({ api: "https://recs.example", key: KEY, initialConsent, signal }, world);
}

// What pages are told that an event is, and what the server takes: neither has a field that the other has not.
type Same<A, B> = [keyof A] extends [keyof B] ? ([keyof B] extends [keyof A] ? true : false) : false;
true satisfies Same<BeaconEvent, Event>;

const sentEvents = (world: World) => world.sent.flatMap(({ events }) => events);
const storedText = (world: World) =>
  JSON.stringify(
    [world.local, world.session].map((store) => store.keys().map((key) => [key, store.get(key)])),
  );

describe("what is sent", () => {
  it("is valid by the server's own schema, for every kind of event and consent", async () => {
    for (const consent of ["granted", "denied"] as const) {
      const world = createWorld(consent);
      const client = open(world, consent);
      client.view("sku-1", { value: 3, currency: "EUR", context: { page: "home" } });
      client.identify("u-1");
      client.click("sku-2", { recommendation_id: "r-1", scenario: "home" });
      client.track("impression", { recommendation_id: "r-1", items: [{ item_id: "sku-2", position: 0 }] });
      client.addToCart("sku-2");
      client.purchase("sku-2", { value: 19.9, quantity: 2, currency: "EUR" });
      client.like("sku-3");
      client.play("film", 12.3456);
      client.track("leave", { item_id: "sku-2", duration_ms: 1_000, context: { scroll_depth: 40 } });
      await world.pass(10_000);
      const told = sentEvents(world).map((event) => event.type);
      const identify = consent === "granted" ? ["identify"] : [];
      const helped = ["add_to_cart", "purchase", "like", "play", "leave"];
      expect(told).toEqual(["view", ...identify, "click", "impression", ...helped]);
      expect(sentEvents(world).find(({ type }) => type === "play")?.duration_ms).toBe(12_346);
      for (const event of sentEvents(world)) expect(eventSchema.safeParse(event).error).toBeUndefined();
    }
  });

  it("carries one device, one session and the time of sending", async () => {
    const world = createWorld("ids");
    const client = open(world);
    client.view("a");
    await world.pass(1_000);
    client.view("b");
    await world.pass(1_500);
    const [first, second] = sentEvents(world);
    expect(first?.anonymous_id).toBe(second?.anonymous_id);
    expect(first?.session_id).toBe(second?.session_id);
    expect(world.sent.length).toBe(1);
    expect(world.sent[0]?.url.href).toBe(`https://recs.example/v1/events?key=${KEY}`);
    expect((first?.sent_at ?? 0) - (first?.occurred_at ?? 0)).toBe(2_500);
  });

  it("begins a new session after 30 idle minutes, on the same device", async () => {
    const world = createWorld("session");
    const client = open(world);
    client.view("a");
    await world.pass(29 * 60_000);
    client.view("b");
    await world.pass(31 * 60_000);
    client.view("c");
    await world.pass(2_500);
    const [a, b, c] = sentEvents(world);
    expect(b?.session_id).toBe(a?.session_id);
    expect(c?.session_id).not.toBe(b?.session_id);
    expect(c?.anonymous_id).toBe(a?.anonymous_id);
  });

  it("goes through beforeSend, and stays here when that throws or says null", async () => {
    const world = createWorld("hook");
    const client = open(world);
    client.beforeSend((event) => {
      if (event.item_id === "secret") return null;
      if (event.item_id === "broken") throw new Error("the page's own bug");
      return { ...event, context: { seen: true } };
    });
    for (const item of ["secret", "broken", "open"]) client.view(item);
    await world.pass(2_500);
    expect(sentEvents(world).map((event) => [event.item_id, event.context])).toEqual([
      ["open", { seen: true }],
    ]);
  });
});

describe("consent", () => {
  it("pending keeps events in memory and the device clean; granting sends them with their ids", async () => {
    const world = createWorld("pending");
    const client = open(world, "pending");
    client.view("a");
    await world.pass(60_000);
    client.hide();
    expect(world.sent).toEqual([]);
    expect(storedText(world)).toBe("[[],[]]");
    client.consent("granted");
    await world.pass(2_500);
    const [event] = sentEvents(world);
    expect(event?.item_id).toBe("a");
    expect(event?.consent).toBe("granted");
    expect(event?.session_id).toBeDefined();
    expect(event?.anonymous_id).toBe(world.local.get("lakeshore.shop.id"));
  });

  it("denied sends no id, stores none, asks for nothing personal", async () => {
    const world = createWorld("denied");
    const client = open(world, "pending");
    client.identify("u-1");
    client.view("a", { recommendation_id: "r-1" });
    client.consent("denied");
    client.view("b");
    await client.recommend({ limit: 5 });
    await world.pass(2_500);
    client.hide();
    expect(sentEvents(world).map((event) => Object.keys(event).sort())).toEqual([
      ["consent", "event_id", "item_id", "occurred_at", "sent_at", "type"],
      ["consent", "event_id", "item_id", "occurred_at", "sent_at", "type"],
    ]);
    expect(world.getUrls[0]?.search).toBe(`?key=${KEY}&limit=5`);
    expect(storedText(world)).toBe('[[["lakeshore.shop.consent","denied"]],[]]');
  });

  it("withdrawn takes the ids out of what still waits, stored queue included", async () => {
    const world = createWorld("withdrawn");
    world.isOnline = false;
    const client = open(world);
    client.identify("u-1");
    client.view("a");
    await world.pass(2_500);
    expect(storedText(world)).toContain("lakeshore.shop.queue.");
    client.consent("denied");
    expect(storedText(world)).toBe('[[["lakeshore.shop.consent","denied"]],[]]');
    world.isOnline = true;
    await world.pass(600_000);
    expect(sentEvents(world).map(({ type, consent, session_id }) => [type, consent, session_id])).toEqual([
      ["view", "denied", undefined],
    ]);
  });

  it("a browser's signal denies, unless the visitor has granted on this site", () => {
    const world = createWorld("signal");
    const first = open(world, "granted", true);
    first.view("a");
    expect(storedText(world)).toBe("[[],[]]");
    first.consent("granted");
    open(world, "granted", true).view("b");
    expect(world.local.get("lakeshore.shop.recent")).toBe('["b"]');
    first.consent("pending");
    open(world, "granted", true).view("c");
    expect(world.local.get("lakeshore.shop.recent")).toBeNull();
  });
});

describe("what the device remembers", () => {
  it("is the latest 50 items, each once, oldest first, over pages; the next question carries them", async () => {
    const world = createWorld("recent");
    const client = open(world);
    for (let i = 0; i < 60; i++) client.view(`i${i}`);
    client.track("dislike", { item_id: "never" });
    client.click("i20");
    const next = open(world);
    await next.recommend({ fields: ["title", "url"], scenario: "home" });
    const search = world.getUrls[0]?.searchParams;
    const kept = Array.from({ length: 50 }, (_, i) => `i${i + 10}`).filter((id) => id !== "i20");
    expect(search?.get("recent")?.split(",")).toEqual([...kept, "i20"]);
    expect(search?.get("fields")).toBe("title,url");
    expect(search?.get("anonymous_id")).toBe(world.local.get("lakeshore.shop.id"));
  });

  it("goes with rules in a body that the server takes, and with the question why", async () => {
    const world = createWorld("rules");
    const client = open(world);
    client.identify("u-1", "token-1");
    client.view("one, two");
    const asked = { limit: 5, scenario: "home", rules: { filter: { price: { lt: 50 } } } };
    await client.recommend({ ...asked, fields: ["title"] });
    await client.why("r-1", { ...asked, items: ["sku-9"] });
    expect(world.getUrls.map(({ pathname, search }) => pathname + search)).toEqual([
      `/v1/recommendations?key=${KEY}`,
      `/v1/why?key=${KEY}`,
    ]);
    const [list, why] = world.asked;
    const visitor = { user_id: "u-1", user_token: "token-1", recent: ["one, two"] };
    expect(list).toMatchObject({ ...asked, ...visitor, fields: ["title"] });
    expect(why).toMatchObject({ ...asked, ...visitor, recommendation_id: "r-1", items: ["sku-9"] });
    expect(why).toHaveProperty("session_id", (list as { session_id: string }).session_id);
    expect(recommendationsBodySchema.safeParse(list).error).toBeUndefined();
    expect(whyBodySchema.safeParse(why).error).toBeUndefined();
  });

  it("tells nothing of who asks without consent, with rules neither", async () => {
    const world = createWorld("nobody");
    const client = open(world, "denied");
    client.identify("u-1");
    client.view("a");
    await client.recommend({ rules: { diversity: 0.2 } });
    expect(world.asked).toEqual([{ rules: { diversity: 0.2 } }]);
  });

  it("is gone after reset, and the next visitor is another one", async () => {
    const world = createWorld("reset");
    const client = open(world);
    client.identify("u-1", "token-1");
    client.view("a");
    const before = world.local.get("lakeshore.shop.id");
    client.reset();
    await settle();
    expect(world.sent.map(({ url }) => url.searchParams.get("user_token"))).toEqual(["token-1"]);
    expect(storedText(world)).toBe("[[],[]]");
    await client.recommend();
    expect(world.getUrls[0]?.searchParams.get("user_id")).toBeNull();
    expect(world.getUrls[0]?.searchParams.get("recent")).toBeNull();
    expect(world.local.get("lakeshore.shop.id")).not.toBe(before);
  });

  it("says identify once a session and user, however often the page does", async () => {
    const world = createWorld("identify");
    open(world).identify("u-1");
    const client = open(world);
    client.identify("u-1");
    client.identify("u-2");
    await world.pass(2_500);
    expect(sentEvents(world).map((event) => event.user_id)).toEqual(["u-1", "u-2"]);
  });

  it("is kept apart for two tenants on one site", () => {
    const local = createKeyValue();
    const world = createWorld("tenants", local);
    open(world).view("a");
    const other = KEY.replace("_shop_", "_other_");
    const client = createClient(
      { api: "https://recs.example", key: other, initialConsent: "granted", signal: false },
      world,
    );
    client.view("b");
    expect(local.get("lakeshore.shop.recent")).toBe('["a"]');
    expect(local.get("lakeshore.other.recent")).toBe('["b"]');
  });
});
