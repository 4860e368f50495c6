import { randomBytes } from "node:crypto";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeUuidV7 } from "../../src/events/index.ts";
import { CHROMIUM } from "./chromium.ts";
import { type ConsoleSite, openConsole } from "./console-site.ts";

describe.skipIf(CHROMIUM === undefined)(
  "answers, and what they cost, in the console (skipped without Chromium)",
  () => {
    let console: ConsoleSite;
    let page: Page;
    let serving: () => Promise<{ answers: number; personal: number }>;

    beforeAll(async () => {
      console = await openConsole();
      page = console.page;
      const { site, keys } = console;
      serving = async () => (await site.must(keys.secret, "/v1/admin/serving")).json.last_hour;
      await console.signIn();
    });

    afterAll(() => console?.dispose());

    it("counts what was answered to good keys, each once, from nothing on, and tells how fast and how well", async () => {
      const { site } = console;
      const fresh = await site.tenant("fresh");
      const told = async (path: string) => (await site.must(fresh.secret, path)).json;
      expect(await told("/v1/admin/costs")).toMatchObject({
        ...{ answers: 0, events: 0, bill: { total: 0 }, usd_per_thousand_answers: null },
      });
      expect((await told("/v1/admin/serving")).last_day).toEqual({
        ...{ answers: 0, errors: 0, personal: 0, degraded: 0, reasons: {}, waited_ms: null },
      });
      for (let asked = 0; asked < 6; asked++)
        await site.must(fresh.publishable, `/v1/recommendations?recent=boots&session_id=s${asked}`);
      await site.must(fresh.publishable, "/v1/recommendations:batch", {
        body: { recent: ["boots"], placements: [{ scenario: "home" }, { scenario: "foot" }] },
      });
      await site.must(fresh.publishable, "/v1/rank", { body: { recent: ["boots"], items: ["novel"] } });
      // Neither is an answer to a visitor.
      expect((await site.ask(`${fresh.publishable}x`, "/v1/recommendations?recent=boots")).status).toBe(401);
      expect((await site.ask(fresh.publishable, "/v1/recommendations?limit=many")).status).toBe(400);
      const lastHour = async () => (await told("/v1/admin/serving")).last_hour;
      await expect.poll(async () => (await lastHour()).answers, { timeout: 60_000, interval: 1_000 }).toBe(8);
      // It has neither items nor a model, and says so of each.
      expect(await lastHour()).toMatchObject({
        ...{ errors: 0, personal: 0, degraded: 8, waited_ms: { p50: expect.any(Number) } },
      });
    });

    it("shows the same of the hour", async () => {
      const { site, keys } = console;
      for (let asked = 0; asked < 3; asked++)
        await site.must(keys.publishable, `/v1/recommendations?recent=boots&session_id=s${asked}`);
      await expect
        .poll(async () => (await serving()).personal, { timeout: 60_000, interval: 1_000 })
        .toBeGreaterThanOrEqual(3);
      await page.reload();
      const row = page.getByRole("region", { name: "Answers by the hour" }).getByRole("row").nth(1);
      const isShown = async () =>
        (await row.getByRole("cell").first().textContent()) ===
        (await serving()).answers.toLocaleString("en");
      await expect.poll(isShown, { timeout: 30_000 }).toBe(true);
      await page.getByText("Nothing needs you.").waitFor();
    });

    it("may not be shown within another page", async () => {
      const { headers } = await fetch(new URL("/console/", console.site.runtime.url));
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    });

    it("makes a bill of what was used, and shows how far each limit is", async () => {
      const { site, keys } = console;
      const body = ["boots", "novel", "boots"].map((item_id, at) => ({
        ...{ event_id: makeUuidV7(Date.now() + at, randomBytes(10)), type: "view", item_id, session_id: "s" },
        ...{ occurred_at: Date.now(), sent_at: Date.now(), consent: "granted" },
      }));
      await site.must(keys.secret, "/v1/events", { body });
      const costs = async () => (await site.must(keys.secret, "/v1/admin/costs?days=1")).json;
      await expect
        .poll(costs, { timeout: 60_000, interval: 1_000 })
        .toMatchObject({ events: 3, event_requests: 1 });
      const { answers, bill, usd_per_thousand_answers, limits } = await costs();
      const { total, ...lines } = bill;
      expect(Object.values<number>(lines).reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(total, 8);
      expect(bill.workers).toBeCloseTo(((answers + 1) * 0.3) / 1_000_000, 8);
      expect(usd_per_thousand_answers).toBeCloseTo((1_000 * total) / answers, 8);
      const used = Object.fromEntries(
        limits.map(({ name, used }: { name: string; used: number }) => [name, used]),
      );
      expect(used.core_bytes).toBeGreaterThan(1_000);
      expect(used.model_items).toBeGreaterThan(3);
      await console.go("Costs");
      await page.getByLabel("Of the last").selectOption("1");
      const headroom = page.getByRole("region", { name: "Headroom: table" });
      await expect.poll(() => headroom.getByRole("row").count()).toBe(limits.length + 1);
      const requests = page.getByRole("row").filter({ hasText: "Requests" });
      expect(await requests.getByRole("cell").first().textContent()).not.toBe("0");
      expect((await site.ask(keys.secret, "/v1/admin/costs?days=61")).json.error.field).toBe("days");
      expect(console.failures).toEqual([]);
    });
  },
);
