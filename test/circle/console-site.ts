import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { buildAssets } from "../../scripts/local/assets.ts";
import { SHOP } from "../scoring/tiny-model.ts";
import { type AnsweringSite, type Keys, openAnsweringSite } from "./answering-site.ts";
import { launchChromium } from "./chromium.ts";

/** A tenant with a small stocked shop, and a Chromium that looks at its console. */
export interface ConsoleSite {
  /** Of the built assets. */
  folder: string;
  site: AnsweringSite;
  keys: Keys;
  context: BrowserContext;
  page: Page;
  /** What broke in the page. */
  failures: string[];
  signIn(): Promise<void>;
  /** Shows a page by its name in the navigation, and waits for what it loads. */
  go(name: string): Promise<void>;
  dispose(): Promise<void>;
}

/** What axe finds in the page as it stands; its source has to be there. */
export async function faultsOf(page: Page): Promise<string[]> {
  return page.evaluate(`axe.run().then(({ violations }) =>
    violations.map(({ id, impact, nodes }) => impact + " " + id + " " + nodes[0]?.html.slice(0, 120)))`);
}

/** The sum of what moved in the page without somebody having asked for it (https://web.dev/articles/cls, not by windows). */
export async function shiftOf(page: Page): Promise<number> {
  return page.evaluate(`new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(sum), 300);
  })`);
}

export async function openConsole(tenant = "shore"): Promise<ConsoleSite> {
  const folder = await mkdtemp(path.join(tmpdir(), "lakeshore-console-"));
  await buildAssets(folder);
  const site = await openAnsweringSite({ assetsPath: folder, queueTimeoutS: 1 });
  const keys = await site.tenant(tenant);
  await site.stock(tenant, SHOP, { isLive: true });
  const browser = await launchChromium();
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  const failures: string[] = [];
  page.on("pageerror", (error) => failures.push(error.message));
  page.on("console", (message) => {
    // A refusal that a test provokes is told by the browser, too.
    if (message.type() === "error" && !message.text().includes("status of 4")) failures.push(message.text());
  });
  page.on("dialog", (dialog) => void dialog.accept());
  return {
    ...{ folder, site, keys, context, page, failures },
    async signIn() {
      await page.goto(new URL("/console/", site.runtime.url).href);
      await page.getByLabel("Secret key").fill(keys.secret);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Is it working?" }).waitFor();
    },
    async go(name) {
      await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
      await expect.poll(() => page.locator("[aria-label=loading]").count(), { timeout: 20_000 }).toBe(0);
    },
    async dispose() {
      await browser.close();
      await site.runtime.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
