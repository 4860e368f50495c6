import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, r2ObjectStore } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { applyEvents, recordQuarantine } from "../../src/features/index.ts";
import { ITEM_DAILY, openLake } from "../../src/lake/index.ts";
import {
  listedItemIds,
  readCatalogueFacts,
  readIntakeFacts,
  readUserFacts,
} from "../../src/ops/doctor/stored-facts.ts";
import { beginImport, changeItems, changeUsers, diagnose } from "../../src/ops/index.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const OLD_MS = NOW_MS - 30 * DAY_MS;

const core = () => env.DB;
const stores = () => ({ core: env.DB, profiles: env.PROFILES_0 });
const store = () => r2ObjectStore(env.LAKE);
const ports = () => ({ core: core(), lake: openLake(store()) });

beforeEach(async () => {
  await migrated(core(), "core");
  await migrated(env.PROFILES_0, "profiles");
  await emptied(env.LAKE);
});

/** Ten items: every second lacks an image, one a title, one its categories; one is hidden, one new. */
async function stock(): Promise<void> {
  const items = Array.from({ length: 10 }, (_, at) => ({
    item_id: `i${at}`,
    price: 5,
    published_at: at === 9 ? NOW_MS : OLD_MS,
    categories: at === 3 ? [] : ["a"],
    ...(at === 4 ? {} : { title: "T" }),
    ...(at % 2 === 0 ? { image: "https://x.example/a.jpg" } : {}),
    ...(at === 8 ? { hidden: true } : {}),
  }));
  await changeItems(ports(), "t", { items, nowMs: NOW_MS });
  await changeItems(ports(), "other", { items: [{ item_id: "theirs" }], nowMs: NOW_MS });
}

function view(userId: string, agoMs: number): StoredEvent {
  const atMs = NOW_MS - agoMs;
  const random = crypto.getRandomValues(new Uint8Array(10));
  return {
    ...{ event_id: makeUuidV7(atMs, random), tenant: "t", type: "view", item_id: "i1", user_id: userId },
    ...{
      session_id: "s",
      consent: "granted",
      is_bot: false,
      occurred_at: atMs,
      sent_at: atMs,
      received_at: atMs,
    },
  };
}

describe("the doctor's look at D1", () => {
  it("counts what the items that may be shown lack, and lists them but for the newest", async () => {
    await stock();
    expect(await readCatalogueFacts(core(), "t")).toEqual({
      items: 9,
      missing: {
        title: { items: 1, examples: ["i4"] },
        image: { items: 5, examples: ["i1", "i3", "i5", "i7", "i9"] },
        price: { items: 0, examples: [] },
        categories: { items: 1, examples: ["i3"] },
      },
    });
    const ids = [];
    for await (const id of listedItemIds(core(), "t", NOW_MS)) ids.push(id);
    expect(ids).toEqual(["i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7"]);
  });

  it("knows whom of the server's users events have named", async () => {
    const users = ["ann", "bob", "cat"].map((user_id) => ({ user_id }));
    await changeUsers(ports(), "t", { users, nowMs: OLD_MS });
    await applyEvents({ core: core(), profiles: [env.PROFILES_0] }, [view("bob", HOUR_MS)], NOW_MS, []);
    expect(await readUserFacts(stores(), "t")).toEqual({
      ...{ users: 3, lookedAt: 3, neverSeen: 2, examples: ["ann", "cat"] },
    });
  });

  it("holds what was delivered against distinct ids, and counts the week's quarantine by reason", async () => {
    const hour = Math.floor(NOW_MS / HOUR_MS) - 3;
    const told = [{ tenant: "t", producer: "p", hour, before: 0, events: 5 }];
    const events = [view("bob", 3 * HOUR_MS), view("cat", 3 * HOUR_MS)];
    await applyEvents({ core: core(), profiles: [env.PROFILES_0] }, events, NOW_MS, told);
    await recordQuarantine(core(), [
      { tenant: "t", eventId: "a", reason: "too_late", atMs: NOW_MS - DAY_MS },
      { tenant: "t", eventId: "b", reason: "too_late", atMs: NOW_MS - DAY_MS },
      { tenant: "t", eventId: "c", reason: "too_late", atMs: NOW_MS - 8 * DAY_MS },
      { tenant: "other", eventId: "d", reason: "invalid_event", atMs: NOW_MS },
    ]);
    await core()
      .prepare("INSERT INTO tenants (tenant, config, created_at) VALUES ('t', ?, 0)")
      .bind(JSON.stringify({ tenant: "t", customEventTypes: ["swipe"] }))
      .run();
    expect(await readIntakeFacts(stores(), "t", NOW_MS)).toEqual({
      ...{ delivered: 5, distinct: 2, declaredTypes: ["swipe"] },
      setAside: [{ reason: "too_late", events: 2, examples: ["a", "b"] }],
    });
  });

  it("holds the catalogue against what anybody has ever seen", async () => {
    const items = Array.from({ length: 20 }, (_, at) => ({
      item_id: `i${at}`,
      title: "T",
      published_at: OLD_MS,
    }));
    await changeItems(ports(), "t", { items, nowMs: NOW_MS });
    const none = {
      views: 0,
      clicks: 0,
      carts: 0,
      purchases: 0,
      score: 0,
      quantity: 0,
      revenue: 0,
      subjects: 0,
    };
    const lake = openLake(store());
    // i3 to i19 are left: of them the catalogue has seventeen, and what it never had is none of its.
    const seen = ["i0", "i1", "i2", "gone"].map((item_id) => ({
      ...{ tenant: "t", item_id, day: OLD_MS, impressions: 1, ...none },
    }));
    await lake.append(ITEM_DAILY, seen, { nowMs: NOW_MS });
    await lake.commitAllPending({ nowMs: NOW_MS, force: true });
    const { findings } = await diagnose({ ...stores(), lake }, "t", NOW_MS);
    expect(findings.find(({ code }) => code === "items_never_seen")).toMatchObject({
      ...{ severity: "info", count: 17, of: 20, examples: ["i10", "i11", "i12", "i13", "i14"] },
    });
  });

  it("finds nothing in a tenant of whom there is nothing, and another's items are none of its", async () => {
    expect(await diagnose({ ...stores(), lake: openLake(store()) }, "nobody", NOW_MS)).toEqual({
      ...{ fromMs: NOW_MS - 7 * DAY_MS, events: 0, complete: true, findings: [] },
    });
  });
});

describe("a file's import", () => {
  it("begins once, whoever begins, and for each tenant by itself", async () => {
    const fingerprint = "a".repeat(64);
    const begin = (tenant: string, nowMs: number) => beginImport(store(), tenant, { fingerprint, nowMs });
    expect(await begin("t", 1_000)).toEqual({ startedMs: 1_000, isNew: true });
    expect(await begin("t", 2_000)).toEqual({ startedMs: 1_000, isNew: false });
    expect(await begin("other", 3_000)).toEqual({ startedMs: 3_000, isNew: true });
  });
});
