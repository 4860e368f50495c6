import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiClient } from "../../scripts/client/index.ts";
import { runJob } from "../../scripts/lake/jobs.ts";
import { type LocalRuntime, startLocal } from "../../scripts/local/runtime.ts";
import { r2ObjectStore } from "../../src/base/index.ts";
import type { Event } from "../../src/events/index.ts";
import { INTERACTIONS, openLake } from "../../src/lake/index.ts";
import { CHROMIUM, launchChromium, USER_AGENT } from "./chromium.ts";
import { type RecordingServer, startRecordingServer } from "./recording-server.ts";

const ADMIN_TOKEN = "root-token-of-the-tests";
/** The Queue waits up to a second, and the machine is shared. */
const LANDED = { timeout: 60_000, interval: 500 };
const EVENTS = "**/v1/events*";

describe.skipIf(CHROMIUM === undefined)(
  "from the page to the lake (skipped where there is no Chromium)",
  () => {
    let runtime: LocalRuntime;
    let site: RecordingServer;
    let browser: Browser;
    let context: BrowserContext;
    /** Items viewed, each once; those of requests that the page saw answered with 200. */
    const viewed: string[] = [];
    const acknowledged = new Set<string>();

    beforeAll(async () => {
      const secrets = { ADMIN_TOKEN, SIGNING_SECRET: "the signing secret of the tests" };
      runtime = await startLocal({ secrets, queueTimeoutS: 1, onLog: () => {} });
      const root = new ApiClient(runtime.url.origin, ADMIN_TOKEN);
      const body = { tenant: "shore", origins: [] };
      const keys = await root.request<{ publishable_key: string }>("/v1/admin/tenants", {
        method: "POST",
        body,
      });
      site = await startRecordingServer();
      const { origin } = runtime.url;
      site.body = `<script>window.lakeshore = window.lakeshore || [];</script><script async src="${site.api}/beacon.js"
      data-key="${keys.publishable_key}" data-api="${origin}" data-consent="granted" data-pages="off"></script>`;
      browser = await launchChromium();
      context = await browser.newContext({ userAgent: USER_AGENT });
      context.on("response", (response) => {
        if (!response.url().includes("/v1/events") || response.status() !== 200) return;
        const events = JSON.parse(response.request().postData() ?? "[]") as Event[];
        for (const { item_id } of events) if (item_id !== undefined) acknowledged.add(item_id);
      });
    });

    afterAll(async () => {
      await browser?.close();
      await site?.stop();
      await runtime?.dispose();
    });

    async function open(): Promise<Page> {
      const page = await context.newPage();
      await page.goto(site.site);
      await page.waitForFunction("!Array.isArray(lakeshore)");
      return page;
    }

    async function view(page: Page, count: number): Promise<void> {
      const items = Array.from({ length: count }, (_, at) => `item-${viewed.length + at}`);
      viewed.push(...items);
      await page.evaluate(`${JSON.stringify(items)}.forEach((id) => lakeshore.view(id))`);
    }

    const flush = (page: Page) => page.evaluate("lakeshore.flush()");
    const waiting = (page: Page) =>
      page.evaluate(`Object.keys(localStorage).filter((key) => key.includes(".queue.")).length`);

    it("loses nothing that was acknowledged, and counts nothing twice, whatever happens to pages and network", async () => {
      const page = await open();
      await view(page, 30);
      await flush(page);

      // Offline, then online again.
      await context.setOffline(true);
      await view(page, 20);
      await flush(page);
      await expect.poll(() => waiting(page)).toBe(1);
      await context.setOffline(false);
      await expect.poll(() => waiting(page), LANDED).toBe(0);

      // The answer is lost on its way: the server has the events, and gets them again.
      let failures = 2;
      await context.route(EVENTS, async (route) => {
        const response = await route.fetch();
        await route.fulfill(failures-- > 0 ? { status: 503 } : { response });
      });
      await view(page, 15);
      await flush(page);
      await expect.poll(() => viewed.every((item) => acknowledged.has(item)), LANDED).toBe(true);
      await context.unroute(EVENTS);

      // A slow line, two tabs at once, and one of them is closed in between.
      const line = await context.newCDPSession(page);
      const slow = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 20_000 };
      await line.send("Network.emulateNetworkConditions", slow);
      const other = await open();
      await Promise.all([view(page, 40), view(other, 40)]);
      await other.close();
      await view(page, 5);
      await flush(page);

      // A tab is killed while its request is on the way: no event of the page's end, no answer.
      const doomed = await open();
      let arrived: () => void = () => {};
      const delivered = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      await doomed.route(EVENTS, async (route) => {
        await route.fetch();
        arrived();
        await sleep(5_000);
        await route.abort().catch(() => {});
      });
      await view(doomed, 10);
      void flush(doomed).catch(() => {});
      await delivered;
      await doomed.goto("chrome://crash").catch(() => {});
      await doomed.close();

      const last = await open();
      await view(last, 1);
      await flush(last);
      await expect.poll(() => waiting(last), { timeout: 90_000, interval: 500 }).toBe(0);
      await expect.poll(() => acknowledged.has(viewed.at(-1) ?? ""), LANDED).toBe(true);

      const found = async () => {
        const server = { url: runtime.url.origin, adminToken: ADMIN_TOKEN };
        for (const job of ["commit", "refine"] as const) await runJob(server, job);
        const items: string[] = [];
        const lake = openLake(r2ObjectStore(await runtime.lake()));
        for await (const { columns } of lake.scan(INTERACTIONS, { columns: ["item_id"] }))
          for (const item of columns.item_id) if (typeof item === "string") items.push(item);
        return items;
      };
      await expect.poll(async () => new Set(await found()).size, LANDED).toBe(viewed.length);
      const items = await found();
      expect(items.length).toBe(viewed.length);
      expect([...acknowledged].filter((item) => !items.includes(item))).toEqual([]);
      // What the page never heard of is there, too: it had reached the server, or the next page sent it.
      expect(items.toSorted()).toEqual(viewed.toSorted());
      expect(acknowledged.size).toBeGreaterThan(100);
    }, 240_000);
  },
);
