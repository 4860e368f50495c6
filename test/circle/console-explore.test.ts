import { randomBytes } from "node:crypto";
import axe from "axe-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { r2ObjectStore } from "../../src/base/index.ts";
import { type CatalogItem, writeCatalog } from "../../src/catalogue/index.ts";
import { makeUuidV7 } from "../../src/events/index.ts";
import { publish } from "../../src/registry/index.ts";
import { contentGraph, manifestOf, SHOP } from "../scoring/tiny-model.ts";
import { CHROMIUM } from "./chromium.ts";
import { type ConsoleSite, faultsOf, openConsole, shiftOf } from "./console-site.ts";

const TENANT = "explored";
/** Sandals are a book and the atlas is a shoe: lists of two stand the other way round. */
const OTHERWISE = SHOP.slice(0, 4).map((item, at): CatalogItem => {
  const { categories, tags } = SHOP[[0, 3, 2, 1][at] ?? 0] as CatalogItem;
  return { ...item, ...(categories && { categories }), ...(tags && { tags }) };
});

describe.skipIf(CHROMIUM === undefined)("Explore in Chromium (skipped where there is none)", () => {
  let console: ConsoleSite;
  let version: string;

  beforeAll(async () => {
    console = await openConsole(TENANT);
    const { site, keys } = console;
    const store = r2ObjectStore(await site.runtime.lake());
    const files = { "model.onnx": contentGraph(OTHERWISE), "catalog.parquet": await writeCatalog(OTHERWISE) };
    // Kept, and never live.
    ({ version } = await publish(store, { manifest: manifestOf(TENANT, OTHERWISE, 1_000), files }));
    const seen = [
      { type: "view", item_id: "boots" },
      { type: "view", item_id: "novel" },
      { type: "purchase", item_id: "novel", value: 12.5 },
    ];
    const body = seen.map((did, at) => ({
      ...{ event_id: makeUuidV7(Date.now() + at, randomBytes(10)), user_id: "ann", session_id: "s" },
      ...{ occurred_at: Date.now() - 1_000 * (3 - at), sent_at: Date.now(), consent: "granted" },
      ...did,
    }));
    await site.must(keys.secret, "/v1/events", { body });
    await site.until(
      () => site.ask(keys.secret, "/v1/users/ann/history"),
      ({ json }) => json.events?.length === 3,
    );
    await site.must(keys.secret, "/v1/admin/scenarios/books", {
      method: "PUT",
      body: { rules: { filter: [{ name: "books", where: { categories: { any: ["books"] } } }] } },
    });
    await console.signIn();
  });

  afterAll(() => console?.dispose());

  it("tells a version's list and reasons to a secret key alone, and what cannot be had", async () => {
    const { site, keys } = console;
    const path = (of: string) => `/v1/why?user_id=ann&fields=title&model_version=${of}`;
    const { json: live } = await site.must(keys.secret, "/v1/why?user_id=ann&fields=title&timeout_ms=2000");
    const { json: other } = await site.must(keys.secret, `${path(version)}&timeout_ms=2000`);
    expect(other.model_version).toBe(version);
    expect(live.model_version).not.toBe(version);
    const titles = ({ items }: { items: { title: string }[] }) => items.map(({ title }) => title);
    expect(titles(live)).toEqual(["World atlas", "Beach sandals"]);
    expect(titles(other)).toEqual(["Beach sandals", "World atlas"]);
    expect(other.items[0].history[0].item_id).toBe("novel");
    const posted = await site.must(keys.secret, "/v1/why", {
      body: { recent: ["boots"], model_version: version },
    });
    expect(posted.json.model_version).toBe(version);

    const gone = await site.ask(keys.secret, path("20200101T000000Z-00000000"));
    expect(gone).toMatchObject({ status: 404, json: { error: { field: "model_version" } } });
    const shaped = await site.ask(keys.secret, path("../other"));
    expect(shaped).toMatchObject({ status: 400, json: { error: { field: "model_version" } } });
    const browser = await site.ask(keys.publishable, path(version));
    expect(browser).toMatchObject({ status: 400, json: { error: { field: "model_version" } } });
    for (const one of [
      "/v1/users/ann/history",
      "/v1/items/boots/counts",
      "/v1/admin/users",
      "/v1/admin/items?q=b",
    ])
      expect((await site.ask(keys.publishable, one)).status, one).toBe(403);
  });

  it("begins with somebody who was here, and shows what they did and what is known", async () => {
    const { page, go } = console;
    await go("Explore");
    await page.getByRole("link", { name: "Brown boots" }).waitFor();
    await page.getByRole("link", { name: "ann" }).click();
    await page.getByRole("region", { name: "History: table" }).waitFor();
    expect(new URL(page.url()).hash).toBe("#/explore?user=ann");
    const rows = page.getByRole("region", { name: "History: table" }).getByRole("row");
    const told = (await rows.allTextContents()).slice(1);
    expect(told.map((text) => /(view|purchase).*/.exec(text)?.[0])).toEqual([
      "purchase 12.5Crime novel",
      "viewCrime novel",
      "viewBrown boots",
    ]);
    await page.getByRole("region", { name: "What is known" }).getByText("books").waitFor();
    const list = page.getByRole("region", { name: "The list" });
    await list.getByText("because of Crime novel").waitFor();
    await page.getByText("Choose another scenario or model version here").waitFor();
  });

  it("sets another version's list beside it, marks what differs, and keeps the choice in the address", async () => {
    const { page } = console;
    const left = page.getByRole("region", { name: "The list" });
    const right = page.getByRole("region", { name: "Beside it" });
    await right.getByLabel("Model").selectOption(version);
    await page.getByText("2 of 2 items stand in both lists, 0 of them at the same place.").waitFor();
    const items = right.getByRole("listitem");
    expect(await items.nth(0).textContent()).toMatch(/Beach sandals.*1 place higher/);
    expect(await items.nth(1).textContent()).toMatch(/World atlas.*1 place lower/);
    await right.getByLabel("Scenario").focus();
    await right.getByLabel("Scenario").selectOption("books");
    // What is known already comes last, where nothing else is left that the scenario allows.
    const books = [expect.stringMatching(/World atlas/), expect.stringMatching(/Crime novel.*only here/)];
    await expect.poll(() => items.allTextContents()).toEqual(books);
    expect(await left.getByText("only here").count()).toBe(1);
    // Its select was just used, and still has the focus.
    expect(await page.evaluate("document.activeElement.tagName")).toBe("SELECT");

    await page.reload();
    await expect.poll(() => right.getByLabel("Model").inputValue()).toBe(version);
    await expect.poll(() => items.allTextContents()).toEqual(books);
    await page.goBack();
    await expect.poll(() => items.first().textContent()).toMatch(/Beach sandals/);
    await page.goBack();
    await page.getByText("Choose another scenario or model version here").waitFor();
  });

  it("says why an item is not in the list, on either side", async () => {
    const { page } = console;
    await page.getByLabel("Why is it not in the list?").fill("boots");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    const left = page.getByRole("region", { name: "The list" });
    await left.getByText("is not in this list: the history has it").waitFor();
    await page.getByLabel("Why is it not in the list?").fill("sandals");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await left.getByText("stands at place 2.").waitFor();
    const right = page.getByRole("region", { name: "Beside it" });
    await right.getByLabel("Scenario").selectOption("books");
    await right.getByText("the filter “books” leaves it out").waitFor();
  });

  it("finds an item by its title, and tells its fields, what happened to it, and what is like it", async () => {
    const { page, go } = console;
    await go("Explore");
    await page.getByLabel("Look at").selectOption("item");
    const field = page.getByLabel("Item", { exact: true });
    await field.fill("crime");
    await page.locator("datalist option[value=novel]").waitFor({ state: "attached" });
    await field.fill("novel");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("region", { name: "Crime novel" }).getByText("books").waitFor();
    const today = page.getByRole("region", { name: "Counts of the item" }).getByRole("row").nth(2);
    await expect.poll(() => today.getByRole("cell").allTextContents()).toEqual(["0", "1", "0", "0", "1"]);
    await page.getByRole("region", { name: "Similar" }).getByText("World atlas").waitFor();
    const seen = page.getByRole("region", { name: "The list" });
    await seen.getByText("because of Crime novel").first().waitFor();
    await page.getByLabel("Why is it not shown to").fill("ann");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByText("is not in this list: the history has it").waitFor();
    expect(new URL(page.url()).hash).toBe("#/explore?user=ann&about=novel");
  });

  it("tells of nobody it knows, and of an item that there is not", async () => {
    const { page } = console;
    await page.evaluate('location.hash = "#/explore?user=nobody"');
    await page.getByText("Nothing is known of what nobody did").waitFor();
    // Somebody new gets what anybody gets.
    await expect
      .poll(() => page.getByRole("region", { name: "The list" }).getByRole("listitem").count())
      .toBe(4);
    await page.evaluate('location.hash = "#/explore?item=nothing"');
    await page.getByRole("alert").first().waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no fault that axe finds, nor moves while it loads: ${colorScheme}`, async () => {
      const { page } = console;
      await page.emulateMedia({ colorScheme });
      await page.reload();
      await page.evaluate(axe.source);
      for (const search of ["", `?user=ann&model2=${version}&about=boots`, `?item=novel&scenario2=books`]) {
        await page.evaluate(`location.hash = "#/explore${search}"`);
        await expect.poll(() => page.locator("[aria-label=loading]").count()).toBe(0);
        const found = await faultsOf(page);
        expect(found, search).toEqual([]);
      }
      const shift = await shiftOf(page);
      expect(shift).toBeLessThan(0.1);
    });
  }

  it("shows what visitors get while no model is live, and what a kept version would give them", async () => {
    const { page, site, keys } = console;
    const store = r2ObjectStore(await site.runtime.lake());
    await store.delete([`models/${TENANT}/current.json`]);
    await site.until(
      () => site.ask(keys.secret, "/v1/why?user_id=ann"),
      ({ json }) => json.degraded?.reason === "no_model",
    );
    await page.evaluate(`location.hash = "#/explore?user=ann&model2=${version}"`);
    const left = page.getByRole("region", { name: "The list" });
    await left.getByText("What they get meanwhile:").waitFor();
    await expect.poll(() => left.getByRole("listitem").count()).toBeGreaterThan(1);
    const right = page.getByRole("region", { name: "Beside it" });
    await right.getByText("because of Crime novel").waitFor();
  });

  it("breaks nowhere on the way", () => {
    expect(console.failures).toEqual([]);
  });
});
