import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, launchChromium } from "./chromium.ts";
import { type RecordingServer, startRecordingServer } from "./recording-server.ts";

const SOON = { timeout: 15_000 };
const PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==";

/** An app as its owner would write it. */
const app = (api: string) => `
import { createElement as h, useState } from "react";
import { createRoot } from "react-dom/client";
import { connect } from "./src/beacon/module.ts";
import { LakeshoreProvider, Recommendations } from "./src/beacon/react.ts";

const client = connect({ key: "pk_shop_x", api: ${JSON.stringify(api)}, consent: "granted" });
globalThis.lakeshore = client;
globalThis.isSame = connect({ key: "pk_shop_x", api: "https://other.example" }) === client;
function App() {
  const [limit, setLimit] = useState(4);
  return h("main", null,
    h(Recommendations, { scenario: "home", limit, label: "For you" }),
    h("p", { id: "below" }, "below"),
    h("button", { onClick: () => setLimit(6) }, "more"));
}
createRoot(document.getElementById("app")).render(h(LakeshoreProvider, { client }, h(App)));
`;

describe.skipIf(CHROMIUM === undefined)("React in Chromium (skipped where there is none)", () => {
  let browser: Browser;
  let page: Page;
  let server: RecordingServer;

  beforeAll(async () => {
    server = await startRecordingServer();
    const { outputFiles } = await build({
      stdin: { contents: app(server.api), resolveDir: process.cwd(), loader: "js" },
      ...{ bundle: true, write: false, format: "esm", define: { "process.env.NODE_ENV": '"production"' } },
    });
    server.scripts.set("/app.js", outputFiles[0]?.text ?? "");
    server.body = '<div id="app"></div><script type="module" src="/app.js"></script>';
    server.items = [
      { item_id: "a", title: "Boots", price: 59.5, currency: "EUR", image: PIXEL, url: "/boots" },
      {
        item_id: "b",
        title: "A very long title that goes over more than the two lines that there is room for",
      },
      { item_id: "c", title: "Socks", price: 5 },
    ].map((item, at) => ({ ...item, score: 1 - at, source: "model" }));
    browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width: 900, height: 700 }, locale: "en-GB" });
    page = await context.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("holds the list's place with skeletons, then shows it, and nothing moves", async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/v1/recommendations*", async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(server.site);
    await page.locator("li .ls-skeleton").first().waitFor();
    expect(await page.locator("ul[aria-busy=true] > li[aria-hidden]").count()).toBe(4);
    const topOf = () => page.locator("#below").evaluate((element) => element.getBoundingClientRect().top);
    const before = await topOf();
    release();
    await page.getByRole("list", { name: "For you" }).getByText("Boots").waitFor();
    expect(await topOf()).toBe(before);
    expect(await page.locator(".ls-price").allTextContents()).toEqual(["€59.50", "", "5"]);
    expect(await page.locator("a.ls-card").getAttribute("href")).toBe("/boots");
    expect(await page.locator("li[data-ls-item]").count()).toBe(3);
    const asked = server.requests.find(({ method }) => method === "GET")?.url.searchParams;
    expect([asked?.get("scenario"), asked?.get("limit")]).toEqual(["home", "4"]);
    expect(asked?.get("fields")).toBe("title,url,image,price,currency");
    expect(await page.evaluate("isSame")).toBe(true);
  });

  it("tells what was seen and clicked, of this answer", async () => {
    const told = (type: string) => server.events().filter((event) => event.type === type);
    await expect.poll(() => told("impression").length, SOON).toBe(1);
    expect(told("impression")[0]).toMatchObject({
      recommendation_id: "r-1",
      scenario: "home",
      items: [
        { item_id: "a", position: 0 },
        { item_id: "b", position: 1 },
        { item_id: "c", position: 2 },
      ],
    });
    await page.getByText("Socks").click();
    await expect.poll(() => told("click").map(({ item_id }) => item_id), SOON).toEqual(["c"]);
  });

  it("asks again when its options change, once", async () => {
    const asked = () => server.requests.filter(({ url }) => url.pathname === "/v1/recommendations").length;
    const before = asked();
    await page.getByRole("button", { name: "more" }).click();
    await expect.poll(asked, SOON).toBe(before + 1);
    await expect.poll(() => page.locator("ul > li").count()).toBe(6);
  });
});
