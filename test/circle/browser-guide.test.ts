import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildAssets } from "../../scripts/local/assets.ts";
import { SHOP } from "../scoring/tiny-model.ts";
import { ROOT } from "../tidy/source-files.ts";
import { type AnsweringSite, type Keys, openAnsweringSite } from "./answering-site.ts";
import { CHROMIUM, launchChromium, USER_AGENT } from "./chromium.ts";
import { type RecordingServer, startRecordingServer } from "./recording-server.ts";

const LANDED = { timeout: 30_000, interval: 250 };

/** The README's plain page, with this site's address and key. */
async function plainPage(site: string, key: string): Promise<string> {
  const readme = await readFile(path.join(ROOT, "README.md"), "utf8");
  const [, page = ""] = /## Put it on a page[\s\S]*?```html\n([\s\S]*?)```/.exec(readme) ?? [];
  return page.replaceAll("https://recs.example.com", site).replaceAll("pk_…", key);
}

describe.skipIf(CHROMIUM === undefined)(
  "the guide to a plain page, in Chromium (skipped where there is none)",
  () => {
    let folder: string;
    let site: AnsweringSite;
    let keys: Keys;
    let browser: Browser;
    let shop: RecordingServer;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "lakeshore-guide-"));
      await buildAssets(folder);
      site = await openAnsweringSite({ assetsPath: folder, queueTimeoutS: 1 });
      keys = await site.tenant("shore");
      await site.stock("shore", SHOP, { isLive: true });
      shop = await startRecordingServer();
      browser = await launchChromium();
    });

    afterAll(async () => {
      await browser?.close();
      await shop?.stop();
      await site?.runtime.dispose();
      await rm(folder, { recursive: true, force: true });
    });

    it("shows a list on a page of another site as it stands, and counts what is seen once the visitor agrees", async () => {
      shop.body = await plainPage(site.runtime.url.origin, keys.publishable);
      const context = await browser.newContext({ userAgent: USER_AGENT });
      const page = await context.newPage();
      const failures: string[] = [];
      page.on("pageerror", ({ message }) => failures.push(message));
      await page.goto(shop.site);
      await page.locator("#for-you li").first().waitFor();
      const items = await page
        .locator("#for-you [data-ls-item]")
        .evaluateAll((links) => links.map((link) => link.getAttribute("data-ls-item")));
      expect(items.length).toBeGreaterThan(2);
      expect(items.every((id) => SHOP.some(({ item_id }) => item_id === id))).toBe(true);
      const stats = async () => (await site.must(keys.secret, "/v1/admin/stats")).json.feature_events;
      expect(await stats()).toBe(0);
      await page.waitForTimeout(2_000);
      await page.evaluate(`lakeshore.consent("granted"); lakeshore.flush()`);
      // The page, the view of the item, and what was seen of the list.
      await expect.poll(stats, LANDED).toBe(3);
      expect(failures).toEqual([]);
    });
  },
);
