import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventSchema } from "../../src/events/index.ts";
import { CHROMIUM, launchChromium } from "./chromium.ts";
import { type RecordingServer, startRecordingServer } from "./recording-server.ts";

const KEY = "pk_shop_0123456789abcdef0123456789abcdef";
const STUB = "<script>window.lakeshore = window.lakeshore || [];</script>";

/** What is waited for takes seconds by design: 2.5 s of batching, one of backoff, one of being seen. */
const SOON = { timeout: 15_000 };

describe.skipIf(CHROMIUM === undefined)("the beacon in Chromium (skipped where there is none)", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let server: RecordingServer;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    server = await startRecordingServer();
    context = await browser.newContext({ viewport: { width: 800, height: 600 } });
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await server.stop();
  });

  async function open(options: { consent?: string; head?: string; body?: string } = {}): Promise<void> {
    const { consent = "granted", head = "", body = "" } = options;
    const tag = `<script async src="${server.api}/beacon.js?key=${KEY}" data-consent="${consent}" data-pages="off"></script>`;
    server.body = `${STUB}${head}${tag}${body}`;
    await page.goto(server.site);
    await page.waitForFunction("!Array.isArray(lakeshore)");
  }

  const stored = () => page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])");

  it("makes the calls of before it came, and sends them to another origin without a preflight", async () => {
    await open({ head: `<script>lakeshore.push(["view", "sku-1", { value: 2 }])</script>` });
    await page.evaluate(`lakeshore.purchase("sku-2", { quantity: 1 })`);
    await expect.poll(() => server.events().length, SOON).toBe(2);
    expect(server.requests.map(({ method, contentType }) => [method, contentType])).toEqual([
      ["POST", "text/plain;charset=UTF-8"],
    ]);
    expect(server.requests[0]?.url.searchParams.get("key")).toBe(KEY);
    for (const event of server.events()) expect(eventSchema.safeParse(event).error).toBeUndefined();
    expect(server.events().map(({ type, item_id }) => [type, item_id])).toEqual([
      ["view", "sku-1"],
      ["purchase", "sku-2"],
    ]);
  });

  it("asks for recommendations with what the device remembers", async () => {
    await open();
    await page.evaluate(`lakeshore.view("a"); lakeshore.click("b"); lakeshore.recommend({ limit: 3 })`);
    await expect.poll(() => server.requests.some(({ method }) => method === "GET"), SOON).toBe(true);
    const search = server.requests.find(({ method }) => method === "GET")?.url.searchParams;
    expect(search?.get("recent")).toBe("a,b");
    expect(search?.get("anonymous_id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("hands over what waits when the page goes", async () => {
    // On a machine with no network but its own loopback, Chromium believes to be offline, and the beacon would keep it all.
    await context.addInitScript(`Object.defineProperty(navigator, "onLine", { value: true })`);
    await open();
    await page.evaluate(`for (let i = 0; i < 45; i++) lakeshore.view("sku-" + i)`);
    await page.goto("about:blank");
    await expect.poll(() => new Set(server.events().map(({ item_id }) => item_id)).size, SOON).toBe(45);
  });

  it("keeps events over a lost connection and a closed page; the next page sends them", async () => {
    await open();
    await context.setOffline(true);
    await page.evaluate(`lakeshore.view("kept"); lakeshore.flush()`);
    await expect.poll(stored, SOON).toContain("lakeshore.shop.queue.");
    expect(server.events()).toEqual([]);
    await page.evaluate(`dispatchEvent(new Event("pagehide"))`);
    await page.close();
    await context.setOffline(false);
    page = await context.newPage();
    await open();
    // The dying page's beacon may still arrive, and the next page cannot know: twice under one id is once for the server.
    const distinct = () => [
      ...new Map(server.events().map((event) => [event.event_id, event.item_id])).values(),
    ];
    await expect.poll(distinct, SOON).toEqual(["kept"]);
    await expect.poll(stored, SOON).not.toContain("lakeshore.shop.queue.");
  });

  it("tries again under the same ids after a failure, and not after a refusal", async () => {
    server.statuses = [503, 200, 403, 200];
    await open();
    await page.evaluate(`lakeshore.view("a"); lakeshore.view("b"); lakeshore.flush()`);
    await expect.poll(() => server.requests.length, SOON).toBe(2);
    const [first, second] = server.requests.map(({ events }) => events.map(({ event_id }) => event_id));
    expect(second).toEqual(first);
    await page.evaluate(`lakeshore.view("refused"); lakeshore.flush()`);
    await page.evaluate(`lakeshore.view("next"); lakeshore.flush()`);
    await expect.poll(() => server.requests.length, SOON).toBe(4);
    expect(server.requests.slice(2).map(({ events }) => events.map(({ item_id }) => item_id))).toEqual([
      ["refused"],
      ["next"],
    ]);
  });

  it("keeps everything in memory while consent is pending", async () => {
    await open({ consent: "" });
    await page.evaluate(`lakeshore.view("a"); lakeshore.flush()`);
    expect(await stored()).toBe("[{},{}]");
    expect(server.requests).toEqual([]);
    await page.evaluate(`lakeshore.consent("granted"); lakeshore.flush()`);
    await expect.poll(() => server.events().map(({ item_id }) => item_id), SOON).toEqual(["a"]);
    expect(await stored()).toContain("lakeshore.shop.id");
  });

  it("takes Global Privacy Control for a no: no id is sent or stored", async () => {
    await context.addInitScript(`Object.defineProperty(navigator, "globalPrivacyControl", { value: true })`);
    await open();
    await page.evaluate(`lakeshore.identify("u-1"); lakeshore.view("a"); lakeshore.recommend()`);
    await page.evaluate(`lakeshore.flush()`);
    await expect.poll(() => server.events().length, SOON).toBe(1);
    expect(Object.keys(server.events()[0] ?? {}).sort()).toEqual(
      ["consent", "event_id", "item_id", "occurred_at", "sent_at", "type"].sort(),
    );
    expect(server.requests.find(({ method }) => method === "GET")?.url.search).toBe(`?key=${KEY}`);
    expect(await stored()).toBe("[{},{}]");
    await page.evaluate(`lakeshore.consent("granted"); lakeshore.view("b")`);
    expect(await stored()).toContain("lakeshore.shop.id");
  });

  it("tells what was seen for a second once, and what was clicked, with the answer's id", async () => {
    const item = (id: string) => `<p data-ls-item="${id}" style="height: 200px"><b id="${id}">${id}</b></p>`;
    await open({
      body: `<div data-ls-rec="r-9" data-ls-scenario="home">${item("x")}${item("y")}
        <div style="height: 900px"></div>${item("z")}</div>`,
    });
    const seen = () => server.events().filter(({ type }) => type === "impression");
    await expect.poll(() => seen().length, SOON).toBe(1);
    expect(seen()[0]).toMatchObject({
      recommendation_id: "r-9",
      scenario: "home",
      items: [
        { item_id: "x", position: 0 },
        { item_id: "y", position: 1 },
      ],
    });
    await page.locator("#z").scrollIntoViewIfNeeded();
    await expect.poll(() => seen().length, SOON).toBe(2);
    expect(seen()[1]?.items).toEqual([{ item_id: "z", position: 2 }]);
    await page.locator("#x").click();
    await expect.poll(() => server.events().filter(({ type }) => type === "click"), SOON).toHaveLength(1);
    expect(server.events().find(({ type }) => type === "click")).toMatchObject({
      item_id: "x",
      recommendation_id: "r-9",
      scenario: "home",
    });
    // Seen again after the scroll, and not told again.
    await page.waitForTimeout(2_000);
    await page.evaluate("lakeshore.flush()");
    expect(seen().flatMap(({ items }) => items)).toHaveLength(3);
  });
});
