import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import axe from "axe-core";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeUuidV7 } from "../../src/events/index.ts";
import { SHOP } from "../scoring/tiny-model.ts";
import type { AnsweringSite, Keys } from "./answering-site.ts";
import { CHROMIUM } from "./chromium.ts";
import { type ConsoleSite, faultsOf, openConsole, shiftOf } from "./console-site.ts";

/** Of the whole console. */
const GZIP_BYTES_MAX = 150_000;
const PAGES = ["Now", "Quality", "Outcome", "Explore", "Scenarios", "Data", "Costs", "Keys"];

describe.skipIf(CHROMIUM === undefined)("the console in Chromium (skipped where there is none)", () => {
  let console: ConsoleSite;
  let folder: string;
  let site: AnsweringSite;
  let keys: Keys;
  let context: BrowserContext;
  let page: Page;
  let failures: string[];
  let go: ConsoleSite["go"];

  beforeAll(async () => {
    console = await openConsole();
    ({ folder, site, keys, context, page, failures, go } = console);
  });

  afterAll(() => console?.dispose());

  it("loads little", async () => {
    // All of it, what is loaded only when somebody asks for it too.
    const names = await readdir(path.join(folder, "console"));
    const files = names.map((name) => path.join(folder, "console", name));
    const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(file)).byteLength));
    expect(sizes.every((bytes) => bytes > 300)).toBe(true);
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(GZIP_BYTES_MAX);
  });

  it("lets nobody in without a secret key, and keeps the key nowhere", async () => {
    await page.goto(new URL("/console/", site.runtime.url).href);
    await page.getByLabel("Secret key").fill(keys.publishable);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("secret key");
    await page.getByLabel("Secret key").fill(keys.secret);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Is it working?" }).waitFor();
    expect(
      await page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])"),
    ).toBe('[{},{},""]');
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict", path: "/" });
    await page.reload();
    await page.getByRole("heading", { name: "Is it working?" }).waitFor();
  });

  it("tells what came in, as it comes, and what needs somebody", async () => {
    await go("Now");
    await page.getByText("Nothing came in the last 24 hours.").waitFor();
    await page.getByText("Nothing needs you.").waitFor();
    const body = ["boots", "novel", "boots"].map((item_id, at) => ({
      ...{ event_id: makeUuidV7(Date.now() + at, randomBytes(10)), type: "view", item_id, session_id: "s" },
      ...{ occurred_at: Date.now(), sent_at: Date.now(), consent: "granted" },
    }));
    await site.must(keys.secret, "/v1/events", { body });
    const newest = page.getByRole("region", { name: "Events by the hour" }).getByRole("row").nth(1);
    await expect
      .poll(() => newest.getByRole("cell").allTextContents(), { timeout: 40_000 })
      .toEqual(["3", "0", "3"]);
    await page.getByRole("img", { name: "3 in the last 24 hours" }).waitFor();
    expect(await page.getByText("items", { exact: true }).locator("xpath=../..").textContent()).toContain(
      String(SHOP.length),
    );
  });

  it("says in plain words what it knows, and what a word means to a pointer, a finger and the keyboard", async () => {
    expect(await page.getByRole("main").textContent()).not.toMatch(/bronze|silver|scorer|_/);
    const freshness = page.getByRole("region", { name: "Freshness" });
    const term = freshness.getByRole("button", { name: "events, each once" });
    const { width, height } = (await freshness.boundingBox()) ?? {};
    expect(await term.getAttribute("title")).toContain("silver.interactions");
    await term.focus();
    await page.keyboard.press("Enter");
    const meaning = page.locator(".meaning:popover-open");
    await expect.poll(() => meaning.textContent()).toContain("Time since rows were last written");
    expect(await freshness.boundingBox()).toMatchObject({ width, height });
    await page.keyboard.press("Escape");
    await expect.poll(() => meaning.count()).toBe(0);
    await page.getByRole("columnheader", { name: "On their way" }).getByRole("button").click();
    await meaning.getByText("has not delivered yet").waitFor();
    await page.evaluate(axe.source);
    expect(await page.evaluate("axe.run().then(({ violations }) => violations.map(({ id }) => id))")).toEqual(
      [],
    );
    await page.keyboard.press("Escape");
  });

  it("tells whether the data can be trusted", async () => {
    await go("Data");
    await page.getByText("There is no report yet").waitFor();
    const root = { method: "POST", body: {} };
    await site.must("root-token-of-the-tests", "/v1/admin/lake/jobs/quality", root);
    await go("Now");
    await go("Data");
    const rows = page.getByRole("region", { name: "Checks of the lake" }).getByRole("row");
    await expect.poll(() => rows.count()).toBeGreaterThan(5);
    expect(await rows.nth(1).textContent()).not.toContain("Stops new models");
  });

  it("tells which model is live, and every retrain", async () => {
    await go("Quality");
    const { live } = (await site.must(keys.secret, "/v1/admin/models")).json;
    await page.getByText(live.version).first().waitFor();
    expect(await page.getByRole("row").filter({ hasText: live.version }).count()).toBe(1);
    await page.getByRole("button", { name: "Retrain now" }).click();
    await expect
      .poll(() => page.getByRole("region", { name: "Retrains" }).last().getByRole("row").count(), {
        timeout: 30_000,
      })
      .toBe(2);
  });

  it("tells what became of the lists that were seen, and their part of what was sold", async () => {
    await go("Outcome");
    await page.getByText("No list was seen in this time.").waitFor();
    const { recommendation_id } = (await site.must(keys.secret, "/v1/popular")).json;
    const about = (type: string, more: object) => ({
      ...{ event_id: makeUuidV7(Date.now(), randomBytes(10)), type, user_id: "ann", session_id: "s" },
      ...{ occurred_at: Date.now(), sent_at: Date.now(), consent: "granted" },
      ...more,
    });
    const items = ["boots", "novel"].map((item_id, position) => ({ item_id, position }));
    const body = [
      about("impression", { recommendation_id, items }),
      about("click", { recommendation_id, item_id: "novel" }),
      about("purchase", { item_id: "novel", value: 12.5, currency: "EUR" }),
      about("purchase", { item_id: "boots", value: 37.5, currency: "EUR" }),
    ];
    await site.must(keys.secret, "/v1/events", { body });
    const job = { method: "POST", body: {} };
    const row = page.getByRole("region", { name: "Lists by scenario" }).getByRole("row").nth(1);
    const cells = async () => {
      for (const name of ["commit", "refine"])
        await site.must("root-token-of-the-tests", `/v1/admin/lake/jobs/${name}`, job);
      await go("Quality");
      await go("Outcome");
      return (await row.count()) === 0 ? [] : row.getByRole("cell").allTextContents();
    };
    await expect
      .poll(cells, { timeout: 40_000, interval: 1_000 })
      .toEqual(["control", "common", "1", "2", "100.0 %", "20.7 … 100.0", "1", "12.5"]);
    await page.getByText("25.0 %").waitFor();
  });

  it("shows what somebody sees, and why, under one scenario beside another", async () => {
    await site.must(keys.secret, "/v1/admin/scenarios/books", {
      method: "PUT",
      body: { rules: { filter: { categories: { any: ["books"] } } } },
    });
    await page.reload();
    await go("Explore");
    await page.getByLabel("Look at").selectOption("item");
    await page.getByLabel("Item", { exact: true }).fill("boots");
    await page.getByRole("button", { name: "Show" }).click();
    const list = (name: string) => page.getByRole("region", { name });
    await list("The list").getByText("Beach sandals").waitFor();
    await list("Beside it").getByLabel("Scenario").selectOption("books");
    await list("Beside it").getByText("Crime novel").waitFor();
    expect(await list("Beside it").textContent()).not.toContain("Beach sandals");
    await page.getByLabel("Look at").selectOption("user");
    await page.getByLabel("User", { exact: true }).fill("nobody");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("In no segment.").waitFor();
  });

  it("edits a scenario with a preview, and restores", async () => {
    await go("Scenarios");
    await page.getByRole("button", { name: "books" }).click();
    const preview = page.getByRole("region", { name: "Preview" });
    await preview.getByText("Crime novel").waitFor();
    await page.getByLabel("Value of condition 1").fill("shoes");
    await page.getByLabel("Length").fill("3");
    await preview.getByText("Brown boots").or(preview.getByText("Beach sandals")).first().waitFor();
    await page.getByRole("button", { name: "Publish" }).click();
    const history = page.getByRole("region", { name: "Versions of books" });
    await history.getByText("rules, + limit").waitFor();
    await history.getByRole("button", { name: "Restore" }).click();
    await expect.poll(() => history.getByRole("row").count()).toBe(4);
    const { json } = await site.must(keys.secret, "/v1/admin/scenarios/books");
    expect(json).toMatchObject({
      version: 3,
      config: { rules: { filter: { categories: { any: ["books"] } } } },
    });
  });

  it("makes a key that works, told once, and revokes it", async () => {
    await go("Keys");
    await page.getByLabel("Origins").fill("https://shop.example");
    await page.getByRole("button", { name: "Make it" }).click();
    const made = (await page.locator(".made code").textContent()) ?? "";
    expect(made).toMatch(/^pk_shore_/);
    const status = async () => (await site.ask(made, "/v1/popular")).status;
    expect(await status()).toBe(200);
    const row = page.getByRole("row").filter({ hasText: "https://shop.example" });
    await row.getByRole("button", { name: "Revoke" }).click();
    await row.getByText("revoked").waitFor();
    await page.reload();
    expect(await page.content()).not.toContain(made);
    const changes = page.getByRole("region", { name: "Changes: table" });
    await expect
      .poll(
        async () => {
          await site.must("root-token-of-the-tests", "/v1/admin/lake/jobs/commit", {
            method: "POST",
            body: {},
          });
          await go("Now");
          await go("Keys");
          return (await changes.count()) === 0 ? "" : changes.textContent();
        },
        { timeout: 20_000, interval: 1_000 },
      )
      .toContain("key.revoke");
    expect(
      await changes.getByRole("row").filter({ hasText: "tenant.create" }).first().textContent(),
    ).toContain("root");
  });

  it("exports and deletes what is kept of somebody, and says what was done", async () => {
    await page.getByLabel("User").fill("ann");
    const exported = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    const file = await (await exported).path();
    const data = JSON.parse(await readFile(file, "utf8"));
    expect(data).toMatchObject({ user_id: "ann", attributes: null, complete: true });
    const types = data.events.map(({ type }: { type: string }) => type).sort();
    expect(types).toEqual(["click", "impression", "purchase", "purchase"]);
    expect(data.events.every((event: Record<string, unknown>) => event.user_id === "ann")).toBe(true);
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("ann was deleted on").waitFor();
    expect((await site.ask(keys.secret, "/v1/users/ann")).status).toBe(404);
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alert").waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no serious fault that axe finds, by keyboard too, nor moves while it loads: ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(axe.source);
      for (const name of PAGES) {
        await go(name);
        const found = await faultsOf(page);
        expect(found, name).toEqual([]);
      }
      const shift = await shiftOf(page);
      expect(shift).toBeLessThan(0.1);
    });
  }

  it("is no wider than a small phone", async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    for (const name of PAGES) {
      await go(name);
      expect(await page.evaluate("document.documentElement.scrollWidth"), name).toBeLessThanOrEqual(320);
    }
    await page.setViewportSize({ width: 1200, height: 900 });
  });

  it("is reached by the keyboard alone", async () => {
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent.trim()")).toBe("Skip to the page");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("page");
  });

  it("forgets on signing out, and breaks nowhere on the way", async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Secret key").waitFor();
    expect(await context.cookies()).toEqual([]);
    await page.reload();
    await page.getByLabel("Secret key").waitFor();
    expect(failures).toEqual([]);
  });
});
