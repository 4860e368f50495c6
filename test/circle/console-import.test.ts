import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/base/index.ts";
import { CHROMIUM } from "./chromium.ts";
import { type ConsoleSite, openConsole } from "./console-site.ts";

const ROOT = "root-token-of-the-tests";
const JOB = { method: "POST", body: {} };

describe.skipIf(CHROMIUM === undefined)("import and doctor in Chromium (skipped where there is none)", () => {
  let console: ConsoleSite;
  let page: Page;

  beforeAll(async () => {
    console = await openConsole();
    page = console.page;
    await console.signIn();
  });

  afterAll(() => console?.dispose());

  const card = () => page.getByRole("region", { name: "Import", exact: true });
  const status = () => card().getByRole("status").last();
  const choose = async (name: string, text: string | Buffer) => {
    const another = card().getByRole("button", { name: /another file/ });
    if ((await another.count()) > 0) await another.click();
    await card()
      .getByLabel("File")
      .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  };
  const becomes = (column: string) => card().getByLabel(`What ${column} becomes`);
  const events = async () =>
    (await console.site.must(console.keys.secret, "/v1/admin/stats")).json.feature_events;

  it("proposes what a catalogue's columns are, shows the rows as sent, and sends what passes", async () => {
    await console.go("Data");
    const rows = Array.from(
      { length: 2_300 },
      (_, at) => `P-${at};Lamp ${at};${at},50 €;Home > Lamps;"red; blue"`,
    );
    rows[10] = "P-10;Lamp 10;dear;Home > Lamps;red";
    await choose(
      "products.csv",
      ["ProductID;Product Name;Cost;Category;colour", ...rows, "P-x;too;few"].join("\n"),
    );
    expect(await becomes("ProductID").inputValue()).toBe("item_id");
    // The field that had the focus is gone: it is in the card yet.
    expect(await card().evaluate((element) => element.contains(element.ownerDocument.activeElement))).toBe(
      true,
    );
    expect(await becomes("Product Name").inputValue()).toBe("title");
    expect(await becomes("Cost").inputValue()).toBe("price");
    expect(await becomes("Category").inputValue()).toBe("categories");
    expect(await becomes("colour").inputValue()).toBe("attributes.colour");
    const first = card()
      .getByRole("region", { name: /First rows/ })
      .getByRole("row")
      .nth(1);
    expect(await first.getByRole("cell").allTextContents()).toEqual([
      "P-0",
      "Lamp 0",
      "0.5",
      "Home, Lamps",
      "red; blue",
    ]);
    await card()
      .getByText(/199 can be sent as items. 1 would be refused, such as row 12: price/)
      .waitFor();
    await becomes("Cost").selectOption("");
    await card().getByText("Left out: Cost.").waitFor();
    await becomes("Cost").selectOption("price");
    await card().getByRole("button", { name: "Send all rows" }).click();
    await expect
      .poll(() => status().textContent(), { timeout: 20_000 })
      .toBe("Done: 2,299 items accepted, 2 rows refused.");
    const refused = card().getByRole("region", { name: /Refused rows/ });
    expect(await refused.textContent()).toContain("has 3 cells where the header has 5");
    const { json } = await console.site.must(console.keys.secret, "/v1/items/P-2299");
    expect(json).toMatchObject({
      title: "Lamp 2299",
      price: 2299.5,
      categories: ["Home", "Lamps"],
      attributes: { colour: "red; blue" },
    });
  });

  it("reads events of JSON lines, knows others' names of types, and counts a file once, sent twice or in parts", async () => {
    const fromMs = Date.now() - 3 * DAY_MS;
    const lines = Array.from({ length: 1_200 }, (_, at) =>
      JSON.stringify({
        visitorid: at % 40,
        event: at % 3 === 0 ? "addtocart" : "view",
        itemid: `P-${at % 50}`,
        timestamp: fromMs + at * 1_000,
      }),
    );
    const file = `${lines.join("\n")}\nnot json\n`;
    await choose("events.jsonl", file);
    expect(await becomes("visitorid").inputValue()).toBe("anonymous_id");
    expect(await becomes("timestamp").inputValue()).toBe("occurred_at");
    const rows = card().getByRole("region", { name: /First rows/ });
    expect(await rows.getByRole("row").nth(1).textContent()).toContain("add_to_cart");
    await card().getByRole("button", { name: "Send all rows" }).click();
    const done = "Done: 1,200 events accepted, 1 row refused.";
    await expect.poll(() => status().textContent(), { timeout: 20_000 }).toBe(done);
    await expect.poll(events, { timeout: 20_000 }).toBe(1_200);
    await choose("renamed.jsonl", file);
    await card().getByRole("button", { name: "Send all rows" }).click();
    await card()
      .getByText(/This file was begun on/)
      .waitFor();
    await expect.poll(() => status().textContent(), { timeout: 20_000 }).toBe(done);
    // Another event after it shows that the copies have arrived, and counted for nothing.
    await choose("one.tsv", `user\titem\twhen\nann\tP-1\t${new Date(fromMs).toISOString()}\n`);
    await card().getByText("Needed yet: what happened (type).").waitFor();
    await card().getByLabel("All of type").selectOption("like");
    await card().getByRole("button", { name: "Send all rows" }).click();
    await expect.poll(events, { timeout: 20_000 }).toBe(1_201);
  });

  it("tells in words what cannot be read", async () => {
    for (const [name, bytes, words] of [
      ["a.csv", "", "The file is empty."],
      ["a.json", "[{}]", "one list of JSON"],
      ["a.csv.gz", Buffer.from([0x1f, 0x8b, 8]), "compressed"],
      ["a.xlsx", "PK\u0003\u0004", "spreadsheet"],
      ["a.csv", "only,a,header\n", "No row could be read"],
    ] as const) {
      await choose(name, bytes);
      await card().getByRole("alert").filter({ hasText: words }).waitFor();
    }
  });

  it("reads a large table in pieces, with breaks in its cells, and can be stopped and gone on with", async () => {
    const story = `"${"a line\nand another, ".repeat(12)}"`;
    const rows = Array.from({ length: 6_000 }, (_, at) => `B-${at},T ${at},${story}`);
    await choose("large.csv", ["sku,title,story", ...rows].join("\r\n"));
    // What is under way when somebody stops it is still answered.
    const answered = Promise.withResolvers<void>();
    await page.route("**/v1/items", async (route) => {
      await answered.promise;
      await route.continue();
    });
    await card().getByRole("button", { name: "Send all rows" }).click();
    await card().getByRole("button", { name: "Stop" }).click();
    answered.resolve();
    await card()
      .getByText(/^Stopped: /)
      .waitFor();
    await card().getByRole("button", { name: "Go on" }).click();
    await expect
      .poll(() => status().textContent(), { timeout: 60_000 })
      .toBe("Done: 6,000 items accepted, 0 rows refused.");
    expect((await console.site.must(console.keys.secret, "/v1/items/B-5999")).json.title).toBe("T 5999");
  });

  it("says what stands out in the data, with what to do about it", async () => {
    for (const name of ["commit", "refine"])
      await console.site.must(ROOT, `/v1/admin/lake/jobs/${name}`, JOB);
    const { json } = await console.site.must(console.keys.secret, "/v1/admin/doctor");
    expect(json).toMatchObject({ events: 1_201, complete: true });
    const lacking = json.findings.filter(({ code }: { code: string }) => code === "items_without");
    expect(lacking).toEqual(
      expect.arrayContaining([expect.objectContaining({ about: "image", severity: "warn", share: 1 })]),
    );
    await console.go("Now");
    await console.go("Data");
    const found = page.getByRole("region", { name: "What stands out" });
    await found.getByText("1,201 events were looked at.").waitFor();
    await found.getByText(/100 % of the items that may be shown have no image: /).waitFor();
    await found.getByText("Worth a look").first().waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no fault that axe finds while a file is mapped: ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await choose("products.csv", "sku,title,price\nA-1,Lamp,9.99\nA-2,Rug,x\n");
      await card().getByRole("button", { name: "Choose another file" }).waitFor();
      await page.evaluate(axe.source);
      const found = (await page.evaluate(`(async () => {
        const { violations } = await axe.run({
          include: ['[aria-label="Import"]', '[aria-label="What stands out"]'],
        });
        return violations.map(({ id, nodes }) => id + " " + nodes[0]?.html.slice(0, 120));
      })()`)) as string[];
      expect(found).toEqual([]);
      await card().getByRole("button", { name: "Choose another file" }).click();
    });
  }

  it("breaks nowhere on the way", () => {
    expect(console.failures).toEqual([]);
  });
});
