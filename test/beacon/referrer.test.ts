import { describe, expect, it } from "vitest";
import type { Consent } from "../../src/beacon/api.ts";
import { createClient } from "../../src/beacon/client.ts";
import { arrivedFrom } from "../../src/beacon/referrer.ts";
import { eventSchema } from "../../src/events/index.ts";
import { createWorld, type World } from "./ports.ts";

const KEY = "pk_shop_0123456789abcdef0123456789abcdef";
const open = (world: World, arrived: string | undefined, initialConsent: Consent = "granted") =>
  createClient({ api: "https://recs.example", key: KEY, initialConsent, signal: false, arrived }, world);
const told = (world: World) =>
  world.sent.flatMap(({ events }) => events).map(({ type, context }) => [type, context?.referrer]);

describe("where a visit came from", () => {
  it.each([
    ["", ""],
    ["https://www.google.com/search?q=private", "www.google.com"],
    ["https://shop.example/a", undefined],
    ["http://shop.example:8080/", "shop.example:8080"],
    ["nonsense", ""],
  ])("is of %j the host alone: %j", (referrer, host) => {
    expect(arrivedFrom(referrer, "shop.example")).toBe(host);
  });

  it("rides on signs of interest, on the visit's later pages too, and not where the page says so itself", async () => {
    const world = createWorld("pages");
    const first = open(world, "news.example");
    first.view("a");
    first.track("search", { context: { query: "desk" } });
    await world.pass(2_500);
    for (const arrived of [undefined, ""]) open(world, arrived).view("b");
    open(world, undefined).view("c", { context: { referrer: "own", page: 2 } });
    await world.pass(2_500);
    expect(told(world)).toEqual([
      ["view", "news.example"],
      ["search", undefined],
      ["view", "news.example"],
      ["view", "news.example"],
      ["view", "own"],
    ]);
    for (const { events } of world.sent)
      for (const event of events) expect(eventSchema.safeParse(event).error).toBeUndefined();
  });

  it("is told and kept with consent only", async () => {
    const world = createWorld("consent");
    const client = open(world, "news.example", "denied");
    client.view("a");
    await client.recommend();
    await world.pass(2_500);
    expect(told(world)).toEqual([["view", undefined]]);
    expect(world.getUrls[0]?.searchParams.has("referrer")).toBe(false);
    expect(world.session.keys()).toEqual([]);
    client.consent("granted");
    client.view("b");
    expect(world.session.keys()).toContain("lakeshore.shop.referrer");
    client.consent("denied");
    expect(world.session.keys()).toEqual([]);
  });

  it("is asked with while the device knows no item", async () => {
    const world = createWorld("ask");
    const client = open(world, "");
    await client.recommend();
    client.view("a");
    await client.recommend();
    await client.trending();
    expect(world.getUrls.map(({ searchParams }) => searchParams.get("referrer"))).toEqual(["", null, null]);
  });
});
