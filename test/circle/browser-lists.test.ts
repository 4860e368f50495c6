import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CHROMIUM, launchChromium } from "./chromium.ts";
import { type RecordingServer, startRecordingServer } from "./recording-server.ts";

const KEY = "pk_shop_0123456789abcdef0123456789abcdef";
const SOON = { timeout: 15_000 };

const item = (id: string) => `<p data-ls-item="${id}" style="height: 100px"><b id="${id}">${id}</b></p>`;

describe.skipIf(CHROMIUM === undefined)("lists in Chromium (skipped where there is none)", () => {
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
    await context.addInitScript(`Object.defineProperty(navigator, "onLine", { value: true })`);
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await server.stop();
  });

  async function open(body: string, head = ""): Promise<void> {
    server.body = `<script>window.lakeshore = window.lakeshore || [];</script>${head}
      <script async src="${server.api}/beacon.js?key=${KEY}" data-consent="granted" data-pages="off"></script>${body}`;
    await page.goto(server.site);
    await page.waitForFunction("!Array.isArray(lakeshore)");
  }

  const told = (type: string) => server.events().filter((event) => event.type === type);
  const hide = (state: string) =>
    page.evaluate(`Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"))`);

  it("looks at what changed alone, however long the list is", async () => {
    const items = Array.from({ length: 2_000 }, (_, at) => item(`sku-${at}`)).join("");
    await open(`<div id="list" data-ls-rec="r-1">${items}</div>`);
    // How many elements the beacon is given to look at, by whatever way it asks for them.
    await page.evaluate(`window.looked = 0;
      for (const owner of [Document.prototype, Element.prototype]) {
        const own = owner.querySelectorAll;
        owner.querySelectorAll = function (selector) {
          const found = own.call(this, selector);
          window.looked += found.length;
          return found;
        };
        const closest = owner.closest;
        if (closest) owner.closest = function (selector) {
          window.looked++;
          return closest.call(this, selector);
        };
      }`);
    const looked = async (change: string) => {
      await page.evaluate(`window.looked = 0; ${change}`);
      return page.evaluate("new Promise((resolve) => setTimeout(() => resolve(window.looked)))");
    };
    expect(await looked(`document.body.append(document.createElement("i"))`)).toBe(0);
    const more = JSON.stringify(item("more"));
    expect(
      await looked(`document.getElementById("list").insertAdjacentHTML("beforeend", ${more})`),
    ).toBeLessThan(10);
    // And still sees it, at its place.
    await page.locator("#more").scrollIntoViewIfNeeded();
    await expect
      .poll(() => told("impression").flatMap(({ items: seen }) => seen ?? []), SOON)
      .toContainEqual({ item_id: "more", position: 2_000 });
  });

  it("sees what comes later: within what is added, by an attribute, in another item's place", async () => {
    await open(`<div id="page"></div><ul id="late">${item("c")}</ul>`);
    const seen = () => told("impression").map((event) => [event.recommendation_id, event.items]);
    await page.evaluate(
      `document.getElementById("page").innerHTML = ${JSON.stringify(`<main><div data-ls-rec="r-1">${item("a")}</div></main>`)}`,
    );
    await expect.poll(seen, SOON).toEqual([["r-1", [{ item_id: "a", position: 0 }]]]);
    await page.evaluate(`document.getElementById("late").dataset.lsRec = "r-2"`);
    await expect.poll(() => seen()[1], SOON).toEqual(["r-2", [{ item_id: "c", position: 0 }]]);
    await page.evaluate(`document.querySelector("[data-ls-item=a]").dataset.lsItem = "b"`);
    await expect.poll(() => seen()[2], SOON).toEqual(["r-1", [{ item_id: "b", position: 0 }]]);
  });

  it("times anew what is in view when a hidden page is shown, and counts nothing while it is hidden", async () => {
    await open(`<div data-ls-rec="r-1">${item("x")}</div>`);
    await page.evaluate("new Promise(requestAnimationFrame)");
    await hide("hidden");
    await page.waitForTimeout(2_000);
    await page.evaluate("lakeshore.flush()");
    expect(told("impression")).toEqual([]);
    await hide("visible");
    const shownMs = Date.now();
    await expect.poll(() => told("impression").length, SOON).toBe(1);
    expect(told("impression")[0]?.items).toEqual([{ item_id: "x", position: 0 }]);
    expect((told("impression")[0]?.occurred_at ?? 0) - shownMs).toBeGreaterThan(900);
  });

  it("counts a click with the middle button, which opens the item, and none with the right one", async () => {
    await open(`<div data-ls-rec="r-1" data-ls-scenario="home">${item("x")}${item("y")}</div>`);
    await page.locator("#y").click({ button: "right" });
    await page.locator("#x").click({ button: "middle" });
    await page.evaluate("lakeshore.flush()");
    await expect.poll(() => told("click").length, SOON).toBe(1);
    expect(told("click")[0]).toMatchObject({ item_id: "x", recommendation_id: "r-1", scenario: "home" });
  });

  it("makes all calls of before it came, though one of them throws, and lets the page hear of that", async () => {
    const failures: string[] = [];
    page.on("pageerror", (error) => failures.push(error.message));
    const early = `<script>lakeshore.push(["view", "a"], () => { throw new Error("the page's own") }, null, ["view", "b"]);</script>`;
    await open("", early);
    await page.evaluate("lakeshore.flush()");
    await expect.poll(() => told("view").map(({ item_id }) => item_id), SOON).toEqual(["a", "b"]);
    expect(failures[0]).toBe("the page's own");
  });

  it("sends and stores no id in any tab once one of them has denied it", async () => {
    await open("");
    await page.evaluate(`lakeshore.identify("u-1"); lakeshore.view("a")`);
    const other = await context.newPage();
    await other.goto(server.site);
    await other.waitForFunction("!Array.isArray(lakeshore)");
    await other.evaluate(`lakeshore.consent("denied")`);
    // Heard, not asked for: the tab does nothing of its own.
    await page.waitForTimeout(500);
    expect(await page.evaluate("JSON.stringify({ ...sessionStorage })")).toBe("{}");
    await page.evaluate(`lakeshore.view("b"); lakeshore.flush()`);
    await expect.poll(() => told("view").map(({ item_id }) => item_id), SOON).toEqual(["a", "b"]);
    for (const event of told("view")) {
      expect(event).toMatchObject({ consent: "denied" });
      expect(event).not.toHaveProperty("anonymous_id");
      expect(event).not.toHaveProperty("session_id");
      expect(event).not.toHaveProperty("user_id");
    }
    expect(await page.evaluate("Object.keys(localStorage).join()")).toBe("lakeshore.shop.consent");
  });
});
