import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Event, eventSchema } from "../../src/events/index.ts";
import { CHROMIUM, launchChromium } from "./chromium.ts";
import { type RecordingServer, startRecordingServer } from "./recording-server.ts";

const KEY = "pk_shop_0123456789abcdef0123456789abcdef";
const SOON = { timeout: 15_000 };
const TALL = '<div style="height: 6000px">tall</div>';

describe.skipIf(CHROMIUM === undefined)("visits in Chromium (skipped where there is none)", () => {
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
    // On a machine with no network but its own loopback, Chromium believes to be offline, and the beacon would keep it all.
    await context.addInitScript(`Object.defineProperty(navigator, "onLine", { value: true })`);
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await server.stop();
  });

  async function open(path = "/", options: { init?: string; body?: string } = {}): Promise<void> {
    if (options.init !== undefined) await page.addInitScript(options.init);
    server.body = `<script>window.lakeshore = window.lakeshore || [];</script>
      <script async src="${server.api}/beacon.js?key=${KEY}" data-consent="granted"></script>${options.body ?? TALL}`;
    await page.goto(server.site + path);
    await page.waitForFunction("!Array.isArray(lakeshore)");
  }

  /** By id, as the server counts them. */
  const told = (type: string): Event[] => [
    ...new Map(
      server
        .events()
        .filter((event) => event.type === type)
        .map((event) => [event.event_id, event]),
    ).values(),
  ];
  const paths = (type: string) => told(type).map(({ context: said }) => said?.path);
  const flush = () => page.evaluate("lakeshore.flush()");

  it("tells each page of a site with its path alone, and how long and how far when it is left", async () => {
    await open("/shoes?session=secret#top");
    await page.evaluate(`lakeshore.view("boots")`);
    await page.mouse.move(10, 10);
    await page.waitForTimeout(1_500);
    await page.evaluate("scrollTo(0, 2400)");
    await page.waitForTimeout(300);
    await page.mouse.move(20, 20);
    await page.goto(`${server.site}/cart`);
    await expect.poll(() => told("leave").length, SOON).toBe(1);
    await page.waitForFunction("!Array.isArray(lakeshore)");
    await flush();
    await expect.poll(() => paths("page"), SOON).toEqual(["/shoes", "/cart"]);
    const [left] = told("leave");
    expect(left).toMatchObject({ item_id: "boots", context: { path: "/shoes" } });
    expect(left?.duration_ms).toBeGreaterThan(1_500);
    expect(left?.duration_ms).toBeLessThan(10_000);
    expect(left?.context?.scroll_depth).toBeGreaterThan(45);
    expect(left?.context?.scroll_depth).toBeLessThan(55);
    for (const event of server.events()) expect(eventSchema.safeParse(event).error).toBeUndefined();
  });

  for (const [name, init] of [
    ["the Navigation API", ""],
    ["the History API alone", "delete window.navigation"],
  ] as const) {
    it(`tells the pages of a single-page app, by ${name}`, async () => {
      await open("/", { init });
      await page.evaluate(`history.pushState({}, "", "/a?x=1")`);
      await page.evaluate(`history.replaceState({ scroll: 1 }, "", "/a?x=1")`);
      await page.evaluate(`location.hash = "part"`);
      await page.evaluate(`history.pushState({}, "", "/b")`);
      await page.goBack();
      await page.evaluate(`location.hash = "#/route"`);
      await flush();
      await expect.poll(() => paths("page"), SOON).toEqual(["/", "/a", "/b", "/a", "/a"]);
    });

    it(`takes what is typed into the address for no page, another path for one, by ${name}`, async () => {
      await open("/search", { init });
      await page.waitForTimeout(1_100);
      for (const typed of ["?q=b", "?q=bo", "?q=bo#/boots", "?q=bo"])
        await page.evaluate(`history.replaceState({}, "", "/search${typed}")`);
      await page.evaluate(`history.replaceState({}, "", "/found?q=bo")`);
      await page.evaluate(`history.pushState({}, "", "/found?q=boots")`);
      await flush();
      await expect.poll(() => paths("page"), SOON).toEqual(["/search", "/found", "/found"]);
      expect(paths("leave")).toEqual(["/search", "/found"]);
    });
  }

  it("counts a page again that comes back out of the back-forward cache or anew, each once", async () => {
    await open("/one");
    await page.goto(`${server.site}/two`);
    await page.waitForFunction("!Array.isArray(lakeshore)");
    await page.goBack();
    await page.waitForFunction("!Array.isArray(lakeshore)");
    await flush();
    await expect.poll(() => paths("page").sort(), SOON).toEqual(["/one", "/one", "/two"]);
  });

  it("counts no time in a hidden tab, nor without a sign of life", async () => {
    await page.clock.install();
    await open();
    const hide = (state: string) =>
      page.evaluate(`Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"))`);
    await page.clock.runFor(5_000);
    await hide("hidden");
    await page.clock.runFor(600_000);
    await hide("visible");
    await page.clock.runFor(300_000);
    await hide("hidden");
    await expect.poll(() => told("leave").length, SOON).toBe(2);
    const [first, second] = told("leave").map(({ duration_ms }) => duration_ms ?? 0);
    expect(Math.abs((first ?? 0) - 5_000)).toBeLessThan(1_000);
    expect(Math.abs((second ?? 0) - 30_000)).toBeLessThan(1_000);
  });

  it("goes on under a strict policy and without storage, and breaks nothing on the page", async () => {
    const failures: string[] = [];
    page.on("pageerror", (error) => failures.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") failures.push(message.text());
    });
    server.headers = {
      "content-security-policy": `default-src 'none'; script-src ${server.api}; connect-src ${server.api}`,
    };
    const init = `for (const name of ["localStorage", "sessionStorage"])
      Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });`;
    await page.addInitScript(init);
    server.body = `<script async src="${server.api}/beacon.js?key=${KEY}" data-consent="granted"></script>`;
    await page.goto(server.site);
    await page.waitForFunction("window.lakeshore !== undefined");
    await page.evaluate(`lakeshore.view("a"); lakeshore.flush()`);
    await expect.poll(() => told("view").map(({ item_id }) => item_id), SOON).toEqual(["a"]);
    expect(new Set(server.events().map(({ anonymous_id }) => anonymous_id)).size).toBe(1);
    expect(failures.filter((text) => !text.includes("favicon"))).toEqual([]);
  });

  it("is one device in two tabs, and two visits", async () => {
    await open("/first");
    const other = await context.newPage();
    await other.goto(`${server.site}/second`);
    await other.waitForFunction("!Array.isArray(lakeshore)");
    await Promise.all([flush(), other.evaluate("lakeshore.flush()")]);
    await expect.poll(() => paths("page").sort(), SOON).toEqual(["/first", "/second"]);
    const count = (name: "anonymous_id" | "session_id") =>
      new Set(told("page").map((event) => event[name])).size;
    expect([count("anonymous_id"), count("session_id")]).toEqual([1, 2]);
  });
});
