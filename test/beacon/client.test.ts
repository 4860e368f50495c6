import { describe, expect, it } from "vitest";
import type { BeaconEvent } from "../../src/beacon/api.ts";
import { createClient } from "../../src/beacon/client.ts";
import { type Event, eventSchema } from "../../src/events/index.ts";
import { recommendationsBodySchema, whyBodySchema } from "../../src/serving/index.ts";
import { KEY, open, sentEvents, storedText } from "./client.ts";
import { createKeyValue, createWorld, settle } from "./ports.ts";

// What pages are told that an event is, and what the server takes: neither has a field that the other has not.
type Same<A, B> = [keyof A] extends [keyof B] ? ([keyof B] extends [keyof A] ? true : false) : false;
true satisfies Same<BeaconEvent, Event>;

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

  it("goes after reset with the token of whose it was, when the connection is back", async () => {
    const world = createWorld("reset-offline");
    const client = open(world);
    world.isOnline = false;
    client.identify("u-1", "token-1");
    client.view("a");
    client.reset();
    await settle();
    client.identify("u-2", "token-2");
    client.view("b");
    world.isOnline = true;
    await world.pass(60_000);
    const told = world.sent.flatMap(({ url, events }) =>
      events.map(({ item_id, user_id }) => [item_id, user_id, url.searchParams.get("user_token")]),
    );
    expect(told.filter(([item]) => item !== undefined)).toEqual([
      ["a", "u-1", "token-1"],
      ["b", "u-2", "token-2"],
    ]);
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
