import { randomBytes } from "node:crypto";
import axe from "axe-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY_MS, r2ObjectStore } from "../../src/base/index.ts";
import { makeUuidV7 } from "../../src/events/index.ts";
import { CONFIG_CHANGES, openLake } from "../../src/lake/index.ts";
import type { Keys } from "./answering-site.ts";
import { CHROMIUM } from "./chromium.ts";
import { type ConsoleSite, faultsOf, openConsole } from "./console-site.ts";

const ROOT_TOKEN = "root-token-of-the-tests";
const CHANGES = 1_000;
/** Events that come too late: more than a page of examples. */
const LATE = 60;

describe.skipIf(CHROMIUM === undefined)(
  "what the console tells of the data (skipped without Chromium)",
  () => {
    let at: ConsoleSite;
    let hill: Keys;

    beforeAll(async () => {
      at = await openConsole();
      await tell(at.keys, [
        view("boots"),
        view("novel"),
        ...Array.from({ length: LATE }, () => late("boots")),
      ]);
      await landed(at.keys, LATE);
      for (const job of ["commit", "refine", "quality"]) await done(job);
      await at.signIn();
    });

    afterAll(() => at?.dispose());

    const view = (item_id: string) => event(item_id, Date.now());
    /** Of an id that is too old to be counted as it comes. */
    const late = (item_id: string) => event(item_id, Date.now() - 9 * DAY_MS);

    function event(item_id: string, idMs: number) {
      return {
        ...{ event_id: makeUuidV7(idMs, randomBytes(10)), type: "view", item_id, session_id: "s" },
        ...{ occurred_at: Date.now(), sent_at: Date.now(), consent: "granted" },
      };
    }

    const tell = (keys: Keys, body: object[]) => at.site.must(keys.secret, "/v1/events", { body });

    async function landed({ secret }: Keys, setAside: number): Promise<void> {
      const stats = () => at.site.ask(secret, "/v1/admin/stats");
      await at.site.until(stats, ({ json }) => json.quarantined >= setAside);
    }

    async function done(job: string): Promise<void> {
      const call = () => at.site.must(ROOT_TOKEN, `/v1/admin/lake/jobs/${job}`, { method: "POST", body: {} });
      while (!(await call()).json.done);
    }

    const region = (name: string) => at.page.getByRole("region", { name });

    it("shows the way of the data, and leads from a table's place to its row by the keyboard", async () => {
      await at.go("Data");
      const place = at.page.getByRole("link", { name: /^events 62 rows/ });
      await expect.poll(() => place.textContent(), { timeout: 10_000 }).toContain("checks pass");
      await place.focus();
      await at.page.keyboard.press("Enter");
      expect(await at.page.evaluate("document.activeElement.id")).toBe("table-bronze.events");
      const list = at.page.getByRole("list", { name: "Way of the data, as a list" });
      expect(await list.textContent()).toContain("interactions: 2 rows");
      expect(await list.textContent()).toContain("Comes from events, identity_links, item_changes.");
    });

    it("tells of each table how much of it there is, and what each snapshot did", async () => {
      const row = region("Tables of the lake").getByRole("row").filter({ hasText: "silver.interactions" });
      expect(await row.textContent()).toContain("Each event once");
      expect(await row.getByRole("cell").first().textContent()).toBe("2");
      await row.getByRole("button", { name: "Snapshots of silver.interactions" }).click();
      const newest = region("Snapshots of silver.interactions: table").getByRole("row").nth(1);
      await newest.waitFor();
      expect((await newest.getByRole("cell").allTextContents()).slice(1, 3)).toEqual(["2", "0"]);
    });

    it("shows what was set aside as it is kept", async () => {
      const reason = region("Reasons").getByRole("row").filter({ hasText: "too_late" });
      expect(await reason.getByRole("cell").allTextContents()).toContain(String(LATE));
      const example = region("Examples of what was set aside").getByRole("row").nth(1);
      await example.getByRole("button").click();
      const kept = JSON.parse((await example.locator("pre").textContent()) ?? "");
      expect(kept).toMatchObject({ tenant: "shore", type: "view" });
      await example.getByRole("button", { name: "Close" }).click();
      expect(await example.locator("pre").count()).toBe(0);
    });

    it("goes on to older examples, and keeps the row that holds the focus in the page", async () => {
      const examples = region("Examples of what was set aside");
      const table = examples.getByRole("table");
      expect(await table.getAttribute("aria-rowcount")).toBe("51");
      await at.page.getByRole("button", { name: "Older ones" }).click();
      await expect.poll(() => table.getAttribute("aria-rowcount")).toBe(String(LATE + 1));
      expect(await at.page.getByRole("button", { name: "Older ones" }).count()).toBe(0);
      await examples.getByRole("row").nth(1).getByRole("button").focus();
      await examples.evaluate((place) => place.scrollTo({ top: place.scrollHeight }));
      await examples.locator(`tr[aria-rowindex="${LATE + 1}"]`).waitFor();
      const focused = "document.activeElement.closest('tr').getAttribute('aria-rowindex')";
      expect(await at.page.evaluate(focused)).toBe("2");
      expect(await examples.locator('tr[aria-rowindex="12"]').count()).toBe(0);
    });

    it("keeps one shop's rows and counts from another", async () => {
      hill = await at.site.tenant("hill");
      const nothing = { reasons: [], examples: [], complete: true };
      const asked = async ({ secret }: Keys, path: string) => (await at.site.must(secret, path)).json;
      expect(await asked(hill, "/v1/admin/quarantine")).toEqual(nothing);
      await tell(hill, [late("boots")]);
      await landed(hill, 1);
      await done("commit");
      const own = await asked(hill, "/v1/admin/quarantine");
      expect(own.examples.map(({ body }: { body: string }) => JSON.parse(body).tenant)).toEqual(["hill"]);
      const replay = { body: { dry_run: true } };
      const judged = (await at.site.must(hill.secret, "/v1/admin/quarantine/replay", replay)).json;
      expect(judged).toMatchObject({ read: 1, accepted: 1 });
      expect((await asked(at.keys, "/v1/admin/quarantine")).reasons).toMatchObject([{ rows: LATE }]);
      const { tables } = await asked(hill, "/v1/admin/lake/tables");
      const ofHill = tables.find(({ name }: { name: string }) => name === "silver.interactions");
      expect(ofHill).toMatchObject({ rows: 0, files: 0, bytes: 0 });
      const { snapshots } = await asked(hill, "/v1/admin/lake/tables/silver.interactions/snapshots");
      expect(snapshots.map(({ counts }: { counts: unknown }) => counts)).toEqual(snapshots.map(() => null));
    });

    it("refuses what is not asked well, and who has no secret key", async () => {
      const { secret, publishable } = at.keys;
      const error = async (path: string, options = {}) =>
        (await at.site.ask(secret, path, options)).json.error;
      expect(await error("/v1/admin/quarantine?limit=101")).toMatchObject({ field: "limit", limit: 100 });
      expect(await error("/v1/admin/quarantine?cursor=7.1")).toMatchObject({ field: "cursor" });
      const replay = "/v1/admin/quarantine/replay";
      expect(await error(replay, { body: { tenant: "hill" } })).toMatchObject({ field: "tenant" });
      expect(await error(replay, { body: { cursor: "x" } })).toMatchObject({ field: "cursor" });
      expect(await error("/v1/admin/lake/tables/gold.x/snapshots")).toMatchObject({ code: "not_found" });
      for (const path of ["/v1/admin/lake/tables", "/v1/admin/quarantine"]) {
        expect((await at.site.ask(publishable, path)).status, path).toBe(403);
      }
    });

    it("tries again what was set aside: first to see, then for real", async () => {
      await at.go("Now");
      await at.go("Data");
      const again = region("Try again");
      const forReal = again.getByRole("button", { name: "Try again" });
      expect(await forReal.isDisabled()).toBe(true);
      await again.getByRole("button", { name: "See what would be accepted" }).click();
      await again.getByText(`${LATE} of ${LATE} rows would be accepted now.`).waitFor();
      await forReal.click();
      await again.getByText(`${LATE} of ${LATE} rows were accepted`).waitFor();
      const cells = region("Reasons").getByRole("row").nth(1).getByRole("cell");
      await expect.poll(async () => (await cells.allTextContents()).slice(1, 3)).toEqual(["0", String(LATE)]);
      await at.page.getByText("None is set aside any more.").waitFor();
      const left = await at.site.must(hill.secret, "/v1/admin/quarantine");
      expect(left.json.reasons).toMatchObject([{ rows: 1, taken_back: 0 }]);
    });

    it("keeps few of a long table's rows in the page, each with its number, and reaches the last by the keyboard", async () => {
      const lake = openLake(r2ObjectStore(await at.site.runtime.lake()));
      const changes = Array.from({ length: CHANGES }, (_, n) => ({
        ...{ tenant: "shore", changed_at: Date.now() - DAY_MS - n, kind: "scenario", name: `place-${n}` },
        ...{ action: "scenario.put", actor: "root", body: {} },
      }));
      await lake.append(CONFIG_CHANGES, changes, { nowMs: Date.now() });
      await lake.commitPending(CONFIG_CHANGES, { nowMs: Date.now(), force: true });
      await at.go("Keys");
      const audit = region("Changes: table");
      const rows = audit.getByRole("row");
      await expect.poll(() => rows.count()).toBeGreaterThan(10);
      const table = audit.getByRole("table");
      expect(await table.getAttribute("aria-rowcount")).toBe(String(CHANGES + 1));
      const inPage = () => audit.locator("tbody tr").count();
      expect(await inPage()).toBeLessThan(50);
      await audit.focus();
      await at.page.keyboard.press("End");
      const last = audit.locator(`tr[aria-rowindex="${CHANGES + 1}"]`);
      await last.waitFor();
      expect(await last.isVisible()).toBe(true);
      expect(await inPage()).toBeLessThan(50);
      await at.page.keyboard.press("Home");
      await audit.locator('tr[aria-rowindex="2"]').waitFor();
      await expect.poll(() => last.count()).toBe(0);
    });

    for (const colorScheme of ["light", "dark"] as const) {
      it(`has no fault that axe finds, with all of it open: ${colorScheme}`, async () => {
        await at.page.emulateMedia({ colorScheme });
        await at.go("Keys");
        await at.page.evaluate(axe.source);
        expect(await faultsOf(at.page), "Keys").toEqual([]);
        await at.go("Data");
        await at.page.getByRole("button", { name: "Snapshots of silver.interactions" }).click();
        await region("Snapshots of silver.interactions: table").waitFor();
        await at.page.getByRole("button", { name: "See what would be accepted" }).click();
        await at.page.getByText(`${LATE} were taken back before.`).waitFor();
        expect(await faultsOf(at.page), "Data").toEqual([]);
        expect(at.failures).toEqual([]);
      });
    }
  },
);
