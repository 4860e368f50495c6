import { describe, expect, it } from "vitest";
import { KEY, open, sentEvents, storedText } from "./client.ts";
import { createKeyValue, createWorld } from "./ports.ts";

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

  it("denied or withdrawn in one tab holds in the others, with the next that they do", async () => {
    const local = createKeyValue();
    const [one, two] = [createWorld("tab-1", local), createWorld("tab-2", local)];
    const [first, second] = [open(one), open(two)];
    second.identify("u-1");
    second.view("a");
    first.consent("denied");
    second.view("b");
    await second.recommend();
    await two.pass(2_500);
    expect(second.consent()).toBe("denied");
    expect(sentEvents(two).map(({ item_id, consent }) => [item_id, consent])).toEqual([
      ["a", "denied"],
      ["b", "denied"],
    ]);
    for (const event of sentEvents(two)) {
      expect(event).not.toHaveProperty("anonymous_id");
      expect(event).not.toHaveProperty("user_id");
    }
    expect(two.getUrls[0]?.search).toBe(`?key=${KEY}`);
    expect(storedText(two)).toBe('[[["lakeshore.shop.consent","denied"]],[]]');
  });

  it("denied in another tab takes the ids out of what waits here, whatever sends it first", async () => {
    const local = createKeyValue();
    const [one, two] = [createWorld("wait-1", local), createWorld("wait-2", local)];
    const [first, second] = [open(one), open(two)];
    second.view("a");
    first.consent("denied");
    second.hide();
    expect(sentEvents(two).map(({ item_id, session_id }) => [item_id, session_id])).toEqual([
      ["a", undefined],
    ]);
  });

  it("forgotten in one tab makes another one begin anew", () => {
    const local = createKeyValue();
    const [first, second] = [open(createWorld("anew-1", local)), open(createWorld("anew-2", local))];
    first.consent("granted");
    second.view("a");
    const before = local.get("lakeshore.shop.id");
    first.consent("pending");
    expect(local.get("lakeshore.shop.id")).toBeNull();
    second.view("b");
    expect(local.get("lakeshore.shop.id")).not.toBe(before);
    expect(local.get("lakeshore.shop.recent")).toBe('["b"]');
  });

  it("is what the visitor said, where no storage keeps it", () => {
    const world = createWorld("no-storage");
    world.local = { get: () => null, set: () => {}, remove: () => {}, keys: () => [] };
    const client = open(world);
    client.consent("denied");
    client.view("a");
    expect(client.consent()).toBe("denied");
  });

  it.each(["denied", "pending"] as const)(
    "%s keeps who it is in memory until it is granted",
    async (initial) => {
      const world = createWorld(`identify-${initial}`);
      const client = open(world, initial, initial === "denied");
      client.identify("ann", "token-1");
      await world.pass(2_500);
      expect([sentEvents(world), storedText(world)]).toEqual([[], "[[],[]]"]);
      client.consent("granted");
      client.view("a");
      await world.pass(2_500);
      expect(sentEvents(world).map(({ type, user_id }) => [type, user_id])).toEqual([
        ["identify", "ann"],
        ["view", "ann"],
      ]);
      expect(world.sent.map(({ url }) => url.searchParams.get("user_token"))).toEqual(["token-1"]);
    },
  );

  it("pending again takes what waits off the device, and sends it only once it is granted", async () => {
    const world = createWorld("pending-again");
    world.isOnline = false;
    const client = open(world, "pending");
    client.consent("granted");
    client.view("a");
    await world.pass(2_500);
    expect(storedText(world)).toContain("lakeshore.shop.queue.");
    client.consent("pending");
    expect(storedText(world)).toBe("[[],[]]");
    world.isOnline = true;
    client.wake();
    await world.pass(600_000);
    client.hide();
    expect([sentEvents(world), storedText(world)]).toEqual([[], "[[],[]]"]);
    client.consent("granted");
    await world.pass(2_500);
    expect(sentEvents(world).map(({ item_id }) => item_id)).toEqual(["a"]);
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
