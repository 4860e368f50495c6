import { randomBytes } from "node:crypto";
import axe from "axe-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeUuidV7 } from "../../src/events/index.ts";
import { SHOP } from "../scoring/tiny-model.ts";
import { type AnsweringSite, idsOf, type Keys, type Reply } from "./answering-site.ts";
import { CHROMIUM } from "./chromium.ts";
import { type ConsoleSite, faultsOf, openConsole } from "./console-site.ts";

const VISITORS = 400;
const AT_ONCE = 20;
const EVENTS_AT_ONCE = 400;
const ROOT = "root-token-of-the-tests";

interface Visit {
  device: string;
  reply: Reply;
}

/** Of every ten visitors so many click in their list. */
const CLICKING = { personal: 6, popular: 2 };

describe.skipIf(CHROMIUM === undefined)("half of the visitors held out (skipped without Chromium)", () => {
  let console: ConsoleSite;
  let keys: Keys;
  let visits: Visit[];
  let variants: Record<"personal" | "popular", Visit[]>;

  const get = (path: string) => console.site.must(keys.secret, path);
  const asked = (device: string, more = "") =>
    get(`/v1/recommendations?scenario=home&limit=2&recent=boots&anonymous_id=${device}${more}`);

  beforeAll(async () => {
    console = await openConsole();
    keys = await openTenant(console.site);
    const devices = Array.from({ length: VISITORS }, (_, at) => `device-${at}`);
    visits = [];
    for (let at = 0; at < VISITORS; at += AT_ONCE) {
      const some = devices.slice(at, at + AT_ONCE);
      visits.push(
        ...(await Promise.all(some.map(async (device) => ({ device, reply: await asked(device) })))),
      );
    }
    const of = (variant: string) => visits.filter(({ reply }) => reply.json.variant === variant);
    variants = { personal: of("personal"), popular: of("popular") };
  });

  afterAll(() => console?.dispose());

  it("gives each half its list: the popular one without what was seen, and the model's", async () => {
    expect(variants.personal.length + variants.popular.length).toBe(VISITORS);
    // 200 with a deviation of 10.
    expect(Math.abs(variants.popular.length - VISITORS / 2)).toBeLessThan(45);
    const popular = idsOf(await get("/v1/popular")).filter((id) => id !== "boots");
    expect(popular.slice(0, 2)).toEqual(["atlas", "novel"]);
    for (const { reply } of variants.popular) {
      expect(idsOf(reply)).toEqual(popular.slice(0, 2));
      expect(reply.json).toMatchObject({ model_version: null, items: [{ source: "popular" }, {}] });
      expect(reply.json.degraded).toBeUndefined();
    }
    for (const { reply } of variants.personal) expect(reply.json.items[0].source).toBe("model");
  });

  it("keeps a visitor's variant at each visit, in pages, reasons, rankings and the recommendation id", async () => {
    const { secret } = keys;
    for (const { device, reply } of [variants.personal.slice(0, 5), variants.popular.slice(0, 5)].flat()) {
      const { variant, recommendation_id } = reply.json;
      expect((await asked(device, "&session_id=another")).json.variant).toBe(variant);
      const first = await asked(device, "&cursor=first");
      const next = await asked("signed-in-since", `&cursor=${first.json.next_cursor}`);
      expect([first.json.variant, next.json.variant]).toEqual([variant, variant]);
      const who = { scenario: "home", anonymous_id: device, recent: ["boots"] };
      const why = await console.site.must(secret, "/v1/why", { body: { ...who, limit: 2 } });
      expect(why.json.variant).toBe(variant);
      expect(idsOf(why)).toEqual(idsOf(reply));
      const ranked = await console.site.must(secret, "/v1/rank", {
        body: { ...who, items: ["novel", "atlas"] },
      });
      expect(ranked.json.variant).toBe(variant);
      expect(ranked.json.items[0].score === undefined).toBe(variant === "popular");
      const batch = { anonymous_id: device, recent: ["boots"], placements: [{ scenario: "home" }, {}] };
      const { json } = await console.site.must(secret, "/v1/recommendations:batch", { body: batch });
      expect(json.placements.map((one: { variant: string }) => one.variant)).toEqual([variant, "control"]);
      expect((await get(`/v1/admin/recommendations/${recommendation_id}`)).json.variant).toBe(variant);
    }
  });

  it("tells the lift from the impressions, clicks and purchases that come back", async () => {
    const events = Object.entries(CLICKING).flatMap(([variant, clicking]) =>
      variants[variant as keyof typeof variants].flatMap((visit, at) => eventsOf(visit, at % 10 < clicking)),
    );
    for (let at = 0; at < events.length; at += EVENTS_AT_ONCE) {
      const body = events.slice(at, at + EVENTS_AT_ONCE);
      const { json } = await console.site.must(keys.secret, "/v1/events", { body });
      expect(json.accepted).toBe(body.length);
    }
    const bought = events.filter(({ type }) => type === "purchase").length;
    const seenBy = ({ personal, popular }: Record<string, { visitors: number }>) =>
      (personal?.visitors ?? 0) + (popular?.visitors ?? 0);
    const lift = async () => {
      for (const job of ["commit", "refine"])
        await console.site.must(ROOT, `/v1/admin/lake/jobs/${job}`, { method: "POST", body: {} });
      return get("/v1/admin/outcome?days=1");
    };
    const { reply } = await console.site.until(
      lift,
      ({ json }) => seenBy(json.lifts[0]) === VISITORS && json.all.purchases === bought,
    );
    const [told] = reply.json.lifts;
    expect(told).toMatchObject({ scenario: "home", share: 0.5, complete: true, skewed: false });
    for (const variant of ["personal", "popular"] as const) {
      const own = variants[variant];
      const clicking = own.filter((_, at) => at % 10 < CLICKING[variant]).length;
      expect(told[variant]).toEqual({
        ...{ visitors: own.length, clicked_visitors: clicking, lists: own.length, clicked_lists: clicking },
        ...{ value: 10 * clicking, value_squared: 100 * clicking },
      });
      expect(told.click_rate[variant]).toBeCloseTo(clicking / own.length);
    }
    for (const comparison of [told.click_rate, told.value_per_visitor]) {
      expect(comparison.verdict).toBe("better");
      expect(comparison.low).toBeGreaterThan(0);
      expect(comparison.lift).toBeGreaterThan(1.5);
      expect(comparison.high).toBeGreaterThan(comparison.lift);
    }
  });

  it("shows the lift in the console, in words and as a picture, in light and dark", async () => {
    const { page, site } = console;
    await page.goto(new URL("/console/", site.runtime.url).href);
    await page.getByLabel("Secret key").fill(keys.secret);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Is it working?" }).waitFor();
    await console.go("Outcome");
    const card = page.getByRole("region", { name: "Lift of home" });
    await card.getByText("better than popularity").first().waitFor();
    const picture = await card.getByRole("img").getAttribute("aria-label");
    expect(picture).toMatch(
      /^Lift of home over popularity: Clicks \+\d+ %, from \+\d+ % to \+[\d,]+ %; Sales/,
    );
    expect(await card.getByRole("row").nth(2).getByRole("cell").first().textContent()).toBe(
      String(variants.popular.length),
    );
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(axe.source);
      const found = await faultsOf(page);
      expect(found).toEqual([]);
    }
  });

  it("says how to begin where nobody is held out", async () => {
    const { site, page } = console;
    await site.must(keys.secret, "/v1/admin/scenarios/home", { method: "PUT", body: {} });
    await console.go("Now");
    await console.go("Outcome");
    const card = page.getByRole("region", { name: "Lift over popularity" });
    await card.getByText("nothing to hold them against").waitFor();
    await card.getByRole("link", { name: "scenario" }).click();
    await expect.poll(() => page.evaluate("location.hash")).toBe("#/scenarios");
    expect(console.failures).toEqual([]);
  });
});

/** A tenant of whom nobody has asked anything yet, so that nothing of it has to be waited for: with a scenario, a model, and a list of what is popular. */
async function openTenant(site: AnsweringSite): Promise<Keys> {
  const keys = await site.tenant("hill");
  await site.must(keys.secret, "/v1/admin/scenarios/home", {
    method: "PUT",
    body: { holdout: { share: 0.5 } },
  });
  const viewed = ["atlas", "atlas", "atlas", "novel", "novel", "sandals", "boots"];
  const body = viewed.map((item_id, at) => eventOf(`earlier-${at}`, "view", { item_id }));
  await site.must(keys.secret, "/v1/events", { body });
  await site.until(
    () => site.must(keys.secret, "/v1/admin/stats"),
    ({ json }) => json.feature_events === viewed.length,
  );
  await site.stock("hill", SHOP, { isLive: true });
  return keys;
}

function eventOf(device: string, type: string, more: object) {
  const nowMs = Date.now();
  return {
    ...{
      event_id: makeUuidV7(nowMs, randomBytes(10)),
      type,
      anonymous_id: device,
      session_id: `s-${device}`,
    },
    ...{ occurred_at: nowMs, sent_at: nowMs, consent: "granted" },
    ...more,
  };
}

/** A visitor's events: the list was seen, and, where `isClicking`, its first item clicked and bought. */
function eventsOf({ device, reply }: Visit, isClicking: boolean) {
  const { recommendation_id, items } = reply.json;
  const about = (type: string, more: object) => eventOf(device, type, more);
  const [{ item_id }] = items as [{ item_id: string }];
  const shown = items.map((item: { item_id: string }, position: number) => ({
    item_id: item.item_id,
    position,
  }));
  const seen = about("impression", { recommendation_id, items: shown });
  if (!isClicking) return [seen];
  const click = about("click", { recommendation_id, item_id });
  return [seen, click, about("purchase", { item_id, value: 10, currency: "EUR" })];
}
