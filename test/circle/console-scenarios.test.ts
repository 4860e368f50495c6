import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnsweringSite, Keys } from "./answering-site.ts";
import { CHROMIUM } from "./chromium.ts";
import { type ConsoleSite, faultsOf, openConsole } from "./console-site.ts";

const BOOKS = {
  event_weights: { view: 2 },
  rules: {
    filter: { categories: { any: ["books"] }, not: { interacted: { within: "30d" } } },
    relax: ["filter"],
  },
};

describe.skipIf(CHROMIUM === undefined)("scenarios in Chromium (skipped where there is none)", () => {
  let console: ConsoleSite;
  let site: AnsweringSite;
  let keys: Keys;
  let page: Page;

  beforeAll(async () => {
    console = await openConsole();
    ({ site, keys, page } = console);
    await put("books", BOOKS);
    await console.signIn();
  });

  afterAll(() => console?.dispose());

  const put = (name: string, body: unknown) =>
    site.must(keys.secret, `/v1/admin/scenarios/${name}`, { method: "PUT", body });
  const stored = async (name: string) => (await site.ask(keys.secret, `/v1/admin/scenarios/${name}`)).json;
  const region = (name: string) => page.getByRole("region", { name, exact: true });
  const publishing = () => region("What publishing changes");
  const publish = () => publishing().getByRole("button", { name: "Publish" }).click();
  const lines = (kind: string) => publishing().locator(`.diff .${kind} code`).allTextContents();

  it("has the API say all that is wrong at once, and store nothing", async () => {
    const check = (body: unknown, key = keys.secret) => site.ask(key, "/v1/admin/scenarios:check", { body });
    expect((await check(BOOKS)).json).toEqual({ problems: [] });
    const wrong = {
      ...{ limit: 1_000, colour: "red", shape: "round" },
      rules: { filter: { and: [{ price: { gt: "dear" } }] }, cap: [{ field: "brand", max: 0 }] },
    };
    const { problems } = (await check(wrong)).json;
    expect(problems.map(({ field }: { field: string }) => field)).toEqual([
      ...["rules.filter.and.0.price.gt", "rules.cap.0.max", "limit", "colour", "shape"],
    ]);
    expect(problems[2]).toMatchObject({ limit: 100 });
    const types = (await check({ event_weights: { veiw: 1, view: 1 } })).json;
    expect(types).toMatchObject({ problems: [{ field: "event_weights.veiw" }] });
    const large = { rules: {}, event_weights: { view: 1 }, description: "x".repeat(501) };
    expect((await check(large)).json.problems).toMatchObject([{ field: "description", limit: 500 }]);
    expect((await check("no object")).json.problems).toMatchObject([{ field: "" }]);
    expect((await check({}, keys.publishable)).status).toBe(403);
    expect((await site.must(keys.secret, "/v1/admin/scenarios")).json.scenarios).toHaveLength(1);
  });

  it("makes one by the form alone, previews it, and tells what publishing changes", async () => {
    await console.go("Scenarios");
    await page.getByLabel("Another").fill("basket");
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByText("Nothing is live under this name.").waitFor();
    const filters = page.getByRole("group", { name: "Only these items" });
    await filters.getByRole("button", { name: "Add a condition" }).click();
    await filters.getByText("choose a field").waitFor();
    await filters.getByLabel("Field of condition 1").fill("categories");
    await filters.getByLabel("Value of condition 1").fill("shoes, hats");
    await page.getByLabel("Length").fill("3");
    await page.getByLabel("Description").fill("Beside the basket");
    await page.getByRole("checkbox", { name: "price" }).check();
    const preview = region("Preview");
    await preview.getByText("Brown boots").or(preview.getByText("Beach sandals")).first().waitFor();
    expect(await preview.textContent()).not.toContain("Crime novel");
    expect(await lines("added")).toContain('added:   "limit": 3,');
    expect(await lines("removed")).toEqual([]);
    await publish();
    await publishing().getByText("Nothing changes.").waitFor();
    expect(await stored("basket")).toMatchObject({
      version: 1,
      config: {
        ...{ limit: 3, description: "Beside the basket", fields: ["price"] },
        rules: { filter: { categories: { any: ["shoes", "hats"] } } },
      },
    });
    await page.getByRole("button", { name: "basket", exact: true }).waitFor();
  });

  it("changes boosts, pins, caps, the mix and the order of fallbacks", async () => {
    await page.getByRole("button", { name: "Add a boost" }).click();
    const boost = page.getByRole("group", { name: "boost 1" });
    await boost.getByRole("button", { name: "Add a condition" }).click();
    await boost.getByLabel("Field of condition 1").fill("published_at");
    await boost.getByLabel("Value of condition 1").fill("14d ago");
    await boost.getByLabel("By").fill("-1.5");
    await page.getByRole("button", { name: "Add a pin" }).click();
    await page.getByLabel("Item's id").fill("boots");
    await page.getByRole("button", { name: "Add a cap" }).click();
    await page.getByLabel("At most").fill("1");
    await page.getByLabel(/^Diversity/).fill("0.25");
    await page.getByLabel("rest for").fill("2d");
    await page.getByLabel("Least score").fill("-0.5");
    await page.getByLabel("Exploration").fill("7");
    await page.getByLabel("held out").fill("5 %");
    await page.getByLabel("may come again").check();
    await page.getByRole("button", { name: "popular: earlier" }).click();
    await page.getByRole("button", { name: "last_good: leave out" }).click();
    await page.getByRole("button", { name: "Remove condition 1" }).first().click();
    await expect
      .poll(() => page.getByRole("group", { name: "Only these items" }).getByRole("listitem").count())
      .toBe(0);
    await publish();
    await expect.poll(async () => (await stored("basket")).version).toBe(2);
    expect((await stored("basket")).config).toEqual({
      ...{ limit: 3, description: "Beside the basket", fields: ["price"], repeat: true },
      ...{
        exploration: { share: 0.07 },
        holdout: { share: 0.05 },
        fallback: ["segment", "popular", "trending", "newest"],
      },
      rules: {
        boost: [{ where: { published_at: { gte: { ago: "14d" } } }, by: -1.5 }],
        pin: [{ item_id: "boots", position: 1 }],
        cap: [{ field: "brand", max: 1 }],
        ...{ diversity: 0.25, rotation: { within: "2d" }, min_score: -0.5 },
      },
    });
  });

  it("is the same as JSON, and loses nothing that the form does not know", async () => {
    await page.getByRole("button", { name: "books" }).click();
    await page.getByText("event_weights, rules.relax").waitFor();
    await page.getByText('{"not":{"interacted":{"within":"30d"}}}').waitFor();
    await page.getByLabel("Value of condition 1").fill("books, maps");
    await page.getByRole("button", { name: "As JSON" }).click();
    const text = page.getByLabel("Configuration of books");
    const { rules } = BOOKS;
    const filter = { ...rules.filter, categories: { any: ["books", "maps"] } };
    expect(JSON.parse(await text.inputValue())).toEqual({ ...BOOKS, rules: { ...rules, filter } });
    await text.fill('{"limit": 4');
    await expect.poll(() => page.locator("#config-wrong").textContent()).toContain("no JSON");
    expect(await page.getByRole("button", { name: "As a form" }).isDisabled()).toBe(true);
    await text.fill('{"limit": 4, "rules": {"fliter": {}}}');
    await expect.poll(() => page.locator("#config-wrong").textContent()).toContain("rules.fliter");
    await text.fill(JSON.stringify({ ...BOOKS, limit: 4 }));
    await page.getByRole("button", { name: "As a form" }).click();
    expect(await page.getByLabel("Length").inputValue()).toBe("4");
    await expect.poll(() => lines("added")).toEqual(['added:   "limit": 4,']);
  });

  it("shows named filters and pins by conditions, and says so where there is nothing it can show", async () => {
    await page.getByRole("button", { name: "As JSON" }).click();
    const text = page.getByLabel("Configuration of books");
    const before = await text.inputValue();
    const named = (max: number) => ({
      rules: {
        filter: [{ name: "cheap", where: { price: { lt: max } } }],
        pin: [{ where: { tags: "new" }, position: 1 }],
      },
    });
    await text.fill(JSON.stringify(named(50)));
    await page.getByRole("button", { name: "As a form" }).click();
    const filter = page.getByRole("group", { name: "filter 1" });
    expect(await filter.getByLabel("Name").inputValue()).toBe("cheap");
    await filter.getByLabel("Value of condition 1").fill("60");
    const pin = page.getByRole("group", { name: "pin 1" });
    expect(await pin.getByLabel("Value of condition 1").inputValue()).toBe("new");
    await page.getByRole("button", { name: "As JSON" }).click();
    expect(JSON.parse(await text.inputValue())).toEqual(named(60));
    await text.fill('{"rules": {"filter": 5, "cap": {}}}');
    await page.getByRole("button", { name: "As a form" }).click();
    await page.getByText("no condition that the form can show").waitFor();
    await page.getByText("no list that the form can show").waitFor();
    await page.getByRole("button", { name: "As JSON" }).click();
    await text.fill(before);
    await page.getByRole("button", { name: "As a form" }).click();
  });

  it("tells what is wrong beside what it belongs to, and publishes nothing of it", async () => {
    await page.getByRole("button", { name: "Add a condition" }).first().click();
    await page.getByLabel("Field of condition 3").fill("price");
    const value = page.getByLabel("Value of condition 3");
    await value.fill("dear");
    await page.getByLabel("Length").fill("ten");
    const told = async (input: typeof value) => {
      const ids = (await input.getAttribute("aria-describedby"))?.split(" ") ?? [];
      const texts = await Promise.all(ids.map((id) => page.locator(`#${id}`).textContent()));
      return texts.join(" ");
    };
    await expect.poll(() => told(value)).toContain("must be a number");
    await expect.poll(() => told(page.getByLabel("Length"))).toContain("must be a number");
    expect(await value.getAttribute("aria-invalid")).toBe("true");
    const all = publishing().getByRole("status").getByRole("listitem");
    expect(await all.allTextContents()).toEqual([
      expect.stringContaining("rules.filter.and.0.price.lt"),
      expect.stringContaining("limit"),
    ]);
    await publish();
    await expect.poll(() => publishing().getByRole("alert").textContent()).toContain("price.lt");
    expect((await stored("books")).version).toBe(1);
    await page.getByRole("button", { name: "Remove condition 3" }).click();
    await page.getByLabel("Length").fill("4");
    await expect.poll(() => all.count()).toBe(0);
  });

  it("tells of a version that came meanwhile, and what would change against it", async () => {
    await put("books", { ...BOOKS, limit: 9 });
    await publish();
    await expect
      .poll(() => publishing().getByRole("alert").textContent())
      .toContain("Somebody else has changed it meanwhile");
    await expect.poll(() => lines("removed")).toEqual(['removed:   "limit": 9,']);
    await publish();
    await publishing().getByText("Nothing changes.").waitFor();
    expect(await stored("books")).toMatchObject({ version: 3, config: { ...BOOKS, limit: 4 } });
  });

  it("keeps what was edited while another is looked at, and discards it when told", async () => {
    await page.getByLabel("Length").fill("5");
    await page.getByRole("button", { name: "basket", exact: true }).click();
    await page.getByRole("button", { name: "books (edited)" }).click();
    expect(await page.getByLabel("Length").inputValue()).toBe("5");
    await publishing().getByRole("button", { name: "Discard" }).click();
    await expect.poll(() => page.getByLabel("Length").inputValue()).toBe("4");
  });

  it("unfolds what each version changed, and goes back to one", async () => {
    const rows = region("Versions of books: table").getByRole("row");
    await expect.poll(() => rows.count()).toBe(4);
    await rows.nth(1).getByText("limit", { exact: true }).click();
    await expect
      .poll(() => rows.nth(1).locator(".diff .added, .diff .removed").allTextContents())
      .toEqual(['−removed:   "limit": 9,', '+added:   "limit": 4,']);
    await rows.nth(3).getByRole("button", { name: "Restore" }).click();
    await expect.poll(() => rows.count()).toBe(5);
    expect(await stored("books")).toMatchObject({ version: 4, config: BOOKS });
    await expect.poll(() => page.getByLabel("Length").inputValue()).toBe("");
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no fault that axe finds, as a form and as JSON: ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(axe.source);
      await page.getByLabel("Length").fill("-1");
      await page.locator(".field .wrong").first().waitFor();
      for (const mode of ["As JSON", "As a form"]) {
        await page.getByRole("button", { name: mode }).click();
        const found = await faultsOf(page);
        expect(found, mode).toEqual([]);
      }
      await page.getByLabel("Length").fill("");
      expect(console.failures).toEqual([]);
    });
  }
});
