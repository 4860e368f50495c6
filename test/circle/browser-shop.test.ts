import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Progress } from "../../scripts/progress.ts";
import { readBronzeIds } from "../../scripts/start/bronze.ts";
import { seedShore, trainShore } from "../../scripts/start/circle.ts";
import { Home } from "../../scripts/start/home.ts";
import { waitAnswers } from "../../scripts/start/learn.ts";
import { openShore, type Shore } from "../../scripts/start/shore.ts";
import type { Event } from "../../src/events/index.ts";
import { CHROMIUM, launchChromium, USER_AGENT } from "./chromium.ts";

const SEED = 1;
const FOR_YOU = "#shelves section:nth-of-type(1)";
/** The Queue waits up to 5 s, and the machine is shared. */
const LANDED = { timeout: 60_000, interval: 500 };

describe.skipIf(CHROMIUM === undefined)("the demo page in Chromium (skipped where there is none)", () => {
  const progress = new Progress({ quiet: true });
  let home: Home;
  let shore: Shore;
  let browser: Browser;
  let page: Page;
  /** What the page's beacon has sent. */
  const sent: Event[] = [];

  beforeAll(async () => {
    home = await Home.temporary();
    shore = await openShore(home, "127.0.0.1", 0, progress);
    browser = await launchChromium();
    const context = await browser.newContext({ userAgent: USER_AGENT });
    page = await context.newPage();
    page.on("request", (request) => {
      if (request.url().includes("/v1/events"))
        sent.push(...(JSON.parse(request.postData() ?? "[]") as Event[]));
    });
  });

  afterAll(async () => {
    await browser?.close();
    await shore?.stop();
    await home?.remove();
  });

  const forYou = () =>
    page
      .locator(`${FOR_YOU} [data-ls-item]`)
      .evaluateAll((cards) => cards.map((card) => card.getAttribute("data-ls-item")));

  it("says what is missing until the shop is ready, then opens by itself", async () => {
    await page.goto(shore.url);
    await page.getByRole("heading", { name: "The shop is not ready yet" }).waitFor();
    const { demo } = await seedShore(shore, { seed: SEED, scale: "tiny" }, progress);
    const { version } = await trainShore(demo, SEED, progress);
    await waitAnswers(demo, SEED, version);
    await shore.showDemo(demo);
    await page.locator(`${FOR_YOU} .badge.model`).waitFor();
    expect(await page.title()).toBe(demo.title);
    expect(await forYou()).toHaveLength(12);
    await expect.poll(() => page.locator("#shelves section:nth-of-type(3) .card").count()).toBe(6);
  }, 240_000);

  it("answers otherwise after one click, which becomes one event in D1 and in Parquet", async () => {
    const before = await forYou();
    const answered = page.waitForResponse((response) => response.url().includes("/v1/recommendations"));
    const clicked = page.locator(`${FOR_YOU} [data-ls-item]`).nth(2);
    const itemId = await clicked.getAttribute("data-ls-item");
    await clicked.click();
    const asked = new URL((await answered).url()).searchParams;
    expect(asked.get("recent")).toBe(itemId);
    await expect.poll(async () => (await forYou()).join()).not.toBe(before.join());
    await page.getByRole("heading", { name: /^Similar to / }).waitFor();
    await page.locator("#shelves section:nth-of-type(2) .card").first().waitFor();

    await page.evaluate("lakeshore.flush()");
    const clicks = () => sent.filter(({ type }) => type === "click");
    await expect.poll(() => clicks().length).toBe(1);
    expect(clicks()[0]).toMatchObject({ item_id: itemId, scenario: "for-you", consent: "granted" });
    expect(clicks()[0]?.recommendation_id).toMatch(/.{20,}/);

    const clickId = clicks()[0]?.event_id ?? "";
    const profiles = await shore.runtime.database("PROFILES_0");
    const count = () =>
      profiles
        .prepare("SELECT COUNT(*) AS count FROM event_ledger WHERE event_id = ?")
        .bind(clickId)
        .first<number>("count");
    await expect.poll(count, LANDED).toBe(1);
    await expect.poll(async () => (await readBronzeIds(shore.runtime)).has(clickId), LANDED).toBe(true);
  });

  it("filters by rules that go with the question, and says how many items qualify", async () => {
    const priceOf = (text: string) => Number(text.replace(/[^\d.]/g, ""));
    const asked = page.waitForRequest(
      (request) => request.url().includes("/v1/recommendations") && request.method() === "POST",
    );
    await page.getByLabel("Price").selectOption("25");
    const body = JSON.parse((await asked).postData() ?? "{}");
    expect(body).toMatchObject({
      scenario: "home",
      rules: { filter: { and: [{ price: { lte: 25 } }] } },
      session_id: expect.any(String),
      recent: [expect.any(String)],
    });
    const prices = () => page.locator(`${FOR_YOU} .price`).allTextContents();
    await expect.poll(async () => (await prices()).every((text) => priceOf(text) <= 25)).toBe(true);
    expect((await prices()).length).toBeGreaterThan(5);
    expect(await page.locator(`${FOR_YOU} .badges`).textContent()).toMatch(/\d+ qualify/);
    await page.getByRole("button", { name: "Clear" }).click();
    await expect.poll(async () => (await prices()).some((text) => priceOf(text) > 25)).toBe(true);
  });

  it("says why an item is there, to the visit that was given it, and counts that as no interest", async () => {
    const clicks = () => sent.filter(({ type }) => type === "click").length;
    const before = clicks();
    const dialog = page.getByRole("dialog");
    const askWhy = async () => {
      const card = page.locator(`${FOR_YOU} li`).nth(1);
      const title = await card.locator(".name").textContent();
      const answered = page.waitForResponse((response) => response.url().includes("/v1/why"));
      await card.getByRole("button", { name: /^Why this\?/ }).click();
      const reply = await answered;
      expect(reply.status()).toBe(200);
      expect(JSON.parse(reply.request().postData() ?? "{}")).toMatchObject({
        user_id: expect.any(String),
        user_token: expect.any(String),
      });
      expect(await reply.json()).not.toHaveProperty("notices");
      await dialog.getByRole("listitem").first().waitFor();
      const told = (await dialog.textContent()) ?? "";
      await page.keyboard.press("Escape");
      await expect.poll(() => dialog.isVisible()).toBe(false);
      expect(told).toContain(title);
      return told;
    };
    // Impressions that land between the list and the question move the item out of the list: then that is told, and the next list is asked about.
    await expect
      .poll(async () => {
        const told = await askWhy();
        if (/It was in the list/.test(told)) await page.getByRole("button", { name: "Show others" }).click();
        return told;
      }, LANDED)
      .toMatch(/source (model|explored|trending|popular|newest)/);
    await page.evaluate("lakeshore.flush()");
    expect(clicks()).toBe(before);
  });

  it("rotates: what was seen steps back once its impressions have landed", async () => {
    const before = await forYou();
    const others = page.getByRole("button", { name: "Show others" });
    await expect
      .poll(async () => {
        await others.click();
        await page.waitForTimeout(1_500);
        return (await forYou()).filter((itemId) => !before.includes(itemId)).length;
      }, LANDED)
      .toBeGreaterThan(3);
  });

  it("shows a new item that no model has seen, and says how soon it could be recommended", async () => {
    await page.getByRole("button", { name: "Add a new item" }).click();
    const told = page.locator("#newcomer");
    await expect.poll(() => told.textContent(), LANDED).toMatch(/could be recommended [\d.]+ s after/);
    const [, seconds = ""] = (await told.textContent())?.match(/([\d.]+) s after/) ?? [];
    expect(Number(seconds)).toBeLessThan(30);
    const { newcomers } = (await (await fetch(`${shore.url}/demo.json`)).json()) as { newcomers: string };
    const foreign = { method: "POST", body: "{}", headers: { origin: "https://evil.example" } };
    expect((await fetch(newcomers, foreign)).status).toBe(403);
  });

  it("holds no secret key in what the browser is given", async () => {
    for (const file of ["/demo.json", "/shop.js", "/beacon.js", "/"])
      expect(await (await fetch(shore.url + file)).text()).not.toMatch(/sk_demo_/);
  });

  it("knows another shopper, and nothing of the one before", async () => {
    const before = await forYou();
    const answered = page.waitForResponse((response) => response.url().includes("/v1/recommendations"));
    await page.getByLabel("Shopper").selectOption({ index: 1 });
    const asked = new URL((await answered).url()).searchParams;
    expect(asked.get("user_id")).not.toBeNull();
    expect(asked.get("recent")).toBeNull();
    await expect.poll(async () => (await forYou()).join()).not.toBe(before.join());
  });

  it("asks without any id once personalisation is turned off", async () => {
    const answered = page.waitForResponse((response) => response.url().includes("/v1/recommendations"));
    await page.getByLabel("Personalise").uncheck();
    const asked = new URL((await answered).url()).searchParams;
    expect([...asked.keys()].sort()).toEqual(["fields", "key", "limit", "scenario"]);
    expect(await page.evaluate("Object.keys(localStorage).sort().join()")).toBe(
      "lakeshore-demo.shopper,lakeshore.demo.consent",
    );
  });

  it("says so when the server cannot be reached, and recovers", async () => {
    await page.context().setOffline(true);
    await page.getByLabel("Personalise").check();
    await page.locator(FOR_YOU).getByText("No connection to the server.").waitFor();
    await page.context().setOffline(false);
    await page.locator(FOR_YOU).getByRole("button", { name: "Try again" }).click();
    await expect.poll(async () => (await forYou()).length).toBe(12);
  });
});
