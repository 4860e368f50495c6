import type { Page, Route } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Keys } from "./answering-site.ts";
import { CHROMIUM } from "./chromium.ts";
import { type ConsoleSite, openConsole } from "./console-site.ts";

const ENDED = "Your session has ended; sign in again.";

describe.skipIf(CHROMIUM === undefined)("sessions of the console in Chromium (skipped without one)", () => {
  let console: ConsoleSite;
  let page: Page;
  let hill: Keys;
  /** Questions that the page or the browser has asked. */
  let asked: string[];

  beforeAll(async () => {
    console = await openConsole();
    page = console.page;
    page.setDefaultTimeout(8_000);
    hill = await console.site.tenant("hill");
    await console.site.must(hill.secret, "/v1/admin/scenarios/uphill", { method: "PUT", body: { limit: 7 } });
    await console.site.must(console.keys.secret, "/v1/admin/scenarios/home", {
      method: "PUT",
      body: { limit: 4 },
    });
    page.on("dialog", (dialog) => asked.push(dialog.type()));
    await console.signIn();
  });

  beforeEach(() => {
    asked = [];
  });

  afterAll(() => console?.dispose());

  const heading = (name: string) => page.getByRole("heading", { level: 1, name }).waitFor();
  const enter = async (secret: string, of = page) => {
    await of.getByLabel("Secret key").fill(secret);
    await of.getByRole("button", { name: "Sign in" }).click();
    await of.getByRole("button", { name: "Sign out" }).waitFor();
  };
  const show = (place: string) => page.goto(new URL(`/console/#/${place}`, console.site.runtime.url).href);
  const tenant = () => page.locator(".tenant").textContent();
  const editHome = async (length: string) => {
    await console.go("Scenarios");
    await page.getByRole("button", { name: /^home/ }).click();
    await page.getByLabel("Length").fill(length);
  };
  const signInElsewhere = async (secret: string) => {
    const other = await console.context.newPage();
    await other.goto(new URL("/console/", console.site.runtime.url).href);
    await other.getByRole("button", { name: "Sign out" }).click();
    await enter(secret, other);
    await other.close();
  };

  it("asks to sign in again where a session has ended, and shows the same page with what was edited", async () => {
    await editHome("5");
    await console.go("Explore");
    await show("explore?item=boots");
    await page.getByRole("region", { name: "The list", exact: true }).waitFor();
    await console.context.clearCookies();
    await page.getByRole("link", { name: "Outcome" }).click();
    await page.getByText(ENDED).waitFor();
    expect(await page.getByText("a key is missing").count()).toBe(0);
    expect(await page.evaluate("document.activeElement.id")).toBe("key");
    expect(new URL(page.url()).hash).toBe("#/outcome");
    await enter(console.keys.secret);
    await heading("Does it pay?");
    await console.go("Scenarios");
    await page.getByRole("button", { name: "home (edited)" }).click();
    expect(await page.getByLabel("Length").inputValue()).toBe("5");
  });

  it("asks to sign in again where a change is refused as nobody's", async () => {
    await console.go("Keys");
    await console.context.clearCookies();
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByText(ENDED).waitFor();
    await enter(console.keys.secret);
    await heading("Who may speak for the shop?");
  });

  it("asks before a reload that would lose a draft, and before signing out, and forgets then", async () => {
    await editHome("6");
    await page.reload();
    expect(asked).toEqual(["beforeunload"]);
    await editHome("6");
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByText("Nothing changes.").waitFor();
    asked = [];
    await page.reload();
    await heading("What may lists show, and where?");
    expect(asked).toEqual([]);
    await editHome("8");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Secret key").waitFor();
    expect(asked).toEqual(["confirm"]);
    await enter(console.keys.secret);
    await page.getByRole("button", { name: "home", exact: true }).click();
    expect(await page.getByLabel("Length").inputValue()).toBe("6");
  });

  it("keeps what was begun under a new name while another page is looked at", async () => {
    await page.getByLabel("Another").fill("basket");
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByLabel("Length").fill("3");
    await console.go("Now");
    await console.go("Scenarios");
    await page.getByRole("button", { name: "basket (edited)" }).click();
    expect(await page.getByLabel("Length").inputValue()).toBe("3");
  });

  it("shows the tenant that another tab signs in as, and nothing of the one before", async () => {
    await show("explore?item=boots");
    await signInElsewhere(hill.secret);
    await expect.poll(tenant).toBe("hill");
    await console.go("Scenarios");
    await page.getByRole("button", { name: "uphill" }).waitFor();
    expect(await page.getByRole("button", { name: /home|basket/ }).count()).toBe(0);
    await show("explore?item=boots");
  });

  it("asks whose session it is when it is looked at again, and when a change is refused as another's", async () => {
    // As if the other tab had told nothing.
    const swap = async (keys: Keys) => {
      const headers = { authorization: `Bearer ${keys.secret}` };
      const address = new URL("/v1/admin/session", console.site.runtime.url).href;
      const answer = await console.context.request.post(address, { headers, data: {} });
      expect(answer.status()).toBe(200);
    };
    await swap(console.keys);
    expect(await tenant()).toBe("hill");
    await page.evaluate("dispatchEvent(new Event('visibilitychange'))");
    await expect.poll(tenant).toBe("shore");
    expect(new URL(page.url()).hash).toBe("#/explore");
    await console.go("Keys");
    await swap(hill);
    const count = async () => (await console.site.must(hill.secret, "/v1/admin/keys")).json.keys.length;
    const before = await count();
    await page.getByRole("button", { name: "Make it" }).click();
    await expect.poll(tenant).toBe("hill");
    expect(await count()).toBe(before);
    // Another session of the same tenant is no reason to refuse anything.
    await swap(hill);
    await page.getByRole("button", { name: "Make it" }).click();
    await page.locator(".made").waitFor();
    expect(await count()).toBe(before + 1);
  });

  it("goes on with an import while another page is looked at, and asks before a reload stops it", async () => {
    const held = Promise.withResolvers<void>();
    const hold = async (route: Route) => {
      await held.promise;
      await route.continue();
    };
    await page.route("**/v1/items", hold);
    await console.go("Data");
    const card = page.getByRole("region", { name: "Import", exact: true });
    const buffer = Buffer.from("sku,title\nA-1,Lamp\nA-2,Rug\n");
    await card.getByLabel("File").setInputFiles({ name: "two.csv", mimeType: "text/csv", buffer });
    await card.getByRole("button", { name: "Send all rows" }).click();
    await card.getByRole("button", { name: "Stop" }).waitFor();
    await console.go("Now");
    // The browser asks; who stays loses nothing.
    await page.evaluate(`window.isAsked = !dispatchEvent(new Event("beforeunload", { cancelable: true }))`);
    expect(await page.evaluate("window.isAsked")).toBe(true);
    await console.go("Data");
    await card.getByRole("button", { name: "Stop" }).waitFor();
    held.resolve();
    await card.getByText("Done: 2 items accepted, 0 rows refused.").waitFor();
    await page.unroute("**/v1/items", hold);
  });

  it("signs out whatever the server says, and says so where it could not be told", async () => {
    const refuse = (route: Route) =>
      route.request().method() === "DELETE"
        ? route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" })
        : route.continue();
    await page.route("**/v1/admin/session", refuse);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("the server could not be told").waitFor();
    await page.unroute("**/v1/admin/session", refuse);
    await enter(console.keys.secret);
    await console.context.clearCookies();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Secret key").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await enter(console.keys.secret);
  });

  it("says what a gateway answered in the server's place, and has no page of an inherited name", async () => {
    await page.route("**/v1/admin/models", (route) =>
      route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }),
    );
    await console.go("Quality");
    await page.getByRole("alert").getByText("the server answered 502").waitFor();
    await page.unrouteAll();
    await show("constructor");
    await heading("Is it working?");
    expect(await page.getByText("[object Object]").count()).toBe(0);
    expect(console.failures.filter((message) => !message.includes("status of 502"))).toEqual([]);
  });
});
