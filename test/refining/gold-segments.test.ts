import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS } from "../../src/base/index.ts";
import { type Segment, segmentsSchema } from "../../src/events/index.ts";
import { SEGMENTS, type SegmentMember, USER_CHANGES } from "../../src/lake/index.ts";
import { USER_HISTORIES_JOB } from "../../src/refining/gold/user-histories.ts";
import { refreshSegments, type SegmentPorts } from "../../src/refining/index.ts";
import { USER_STATES_JOB } from "../../src/refining/silver/states.ts";
import { NOW_MS } from "./events.ts";
import { randomInteractions, Silver } from "./gold-silver.ts";
import { openWorld, rowsOf, runJob, type World } from "./world.ts";

const [first] = randomInteractions(createPrng(1), 1);
if (first === undefined) throw new Error("one row was asked for");
const plain = { ...first, is_bot: false, is_automated: false, consent: "granted", item_id: "i" } as const;

let made = 0;

/** An interaction of a user of tenant `t`, `daysAgo` days before NOW_MS. */
function did(userId: string, type: string, daysAgo: number, tenant = "t") {
  const event_id = `${plain.event_id.slice(0, -6)}${String(made++).padStart(6, "0")}`;
  const names = { user_id: userId, subject: `u:${userId}` };
  return {
    ...plain,
    ...names,
    tenant,
    event_id,
    type,
    event_weight: 1,
    occurred_at: NOW_MS - daysAgo * DAY_MS,
  };
}

interface Site extends World {
  segments: Map<string, Segment[]>;
  published: Map<string, SegmentMember[]>;
  segmentPorts: SegmentPorts;
}

function openSite(): Site {
  const world = openWorld();
  const segments = new Map<string, Segment[]>();
  const published = new Map<string, SegmentMember[]>();
  const segmentPorts: SegmentPorts = {
    lake: world.lake,
    declared: async () => [...segments].map(([tenant, list]) => ({ tenant, segments: list })),
    async publish(tenant, members) {
      const rows: SegmentMember[] = [];
      for await (const block of members) rows.push(...block);
      published.set(tenant, rows);
    },
    clock: () => 0,
  };
  return { ...world, segments, published, segmentPorts };
}

async function users(site: Site, attributes: Record<string, Record<string, string | number>>): Promise<void> {
  const rows = Object.entries(attributes).map(([user_id, of]) => ({
    ...{ tenant: "t", user_id, changed_at: NOW_MS, deleted: false },
    attributes: of,
  }));
  await site.lake.append(USER_CHANGES, rows, { nowMs: NOW_MS });
  await site.lake.commitAllPending({ nowMs: NOW_MS, force: true });
  await runJob(site, USER_STATES_JOB, { nowMs: NOW_MS });
}

async function membersOf(site: Site): Promise<string[]> {
  const rows = await rowsOf(site, SEGMENTS);
  return rows
    .map(({ tenant, segment, subject, since }) => `${tenant} ${segment} ${subject} ${since - NOW_MS}`)
    .sort();
}

const LOYAL: Segment = {
  name: "loyal",
  where: {
    all: [
      { field: "purchases_30d", gte: 2 },
      { field: "last_seen_days", lte: 7 },
    ],
  },
};
const NORTH: Segment = {
  name: "north",
  where: {
    any: [
      { field: "attributes.country", in: ["DK", "SE"] },
      { field: "attributes.age", gt: 70 },
    ],
  },
};

describe("gold.segments", () => {
  it("holds who fits the declaration, by counts and attributes, of each tenant its own", async () => {
    const site = openSite();
    const silver = new Silver(site);
    silver.put([
      ...[did("ann", "purchase", 0), did("ann", "purchase", 29), did("ann", "purchase", 30)],
      ...[did("bob", "purchase", 8), did("bob", "purchase", 9)],
      ...[did("cai", "purchase", 1), did("cai", "view", 2)],
      ...[did("ann", "view", 0, "other")],
    ]);
    await silver.commit();
    await runJob(site, USER_HISTORIES_JOB, { nowMs: silver.nowMs });
    await users(site, { ann: { country: "SE" }, bob: { country: "FR", age: 71 }, dan: { country: "DK" } });
    site.segments.set("t", [LOYAL, NORTH]);
    site.segments.set("other", [{ name: "seen", where: { field: "views_1d", gte: 1 } }]);
    const done = await refreshSegments(site.segmentPorts, { nowMs: NOW_MS, run: "1" });
    expect(done).toEqual({ refreshed: expect.arrayContaining(["t", "other"]), members: 5 });
    expect(await membersOf(site)).toEqual([
      "other seen u:ann 0",
      "t loyal u:ann 0",
      "t north u:ann 0",
      "t north u:bob 0",
      "t north u:dan 0",
    ]);
    expect(site.published.get("t")?.map(({ subject, segment }) => `${subject} ${segment}`)).toEqual([
      "u:ann loyal",
      "u:ann north",
      "u:bob north",
      "u:dan north",
    ]);
  });

  it("is found again once a day and after a change of the declaration; who stays keeps since when", async () => {
    const site = openSite();
    const silver = new Silver(site);
    silver.put([did("ann", "purchase", 0), did("ann", "purchase", 1), did("bob", "view", 0)]);
    await silver.commit();
    await runJob(site, USER_HISTORIES_JOB, { nowMs: silver.nowMs });
    site.segments.set("t", [LOYAL]);
    await refreshSegments(site.segmentPorts, { nowMs: NOW_MS, run: "1" });
    expect((await refreshSegments(site.segmentPorts, { nowMs: NOW_MS + 1, run: "2" })).refreshed).toEqual([]);
    site.segments.set("t", [LOYAL, { name: "seen", where: { field: "last_seen_days", lte: 1 } }]);
    expect((await refreshSegments(site.segmentPorts, { nowMs: NOW_MS + 2, run: "3" })).refreshed).toEqual([
      "t",
    ]);
    expect(await membersOf(site)).toEqual(["t loyal u:ann 0", "t seen u:ann 2", "t seen u:bob 2"]);
    await refreshSegments(site.segmentPorts, { nowMs: NOW_MS + DAY_MS, run: "4" });
    expect(await membersOf(site)).toEqual(["t loyal u:ann 0", "t seen u:ann 2", "t seen u:bob 2"]);
    await refreshSegments(site.segmentPorts, { nowMs: NOW_MS + 8 * DAY_MS, run: "5" });
    expect(await membersOf(site)).toEqual([]);
  });

  it("publishes again what could not be published", async () => {
    const site = openSite();
    const silver = new Silver(site);
    silver.put([did("ann", "view", 0)]);
    await silver.commit();
    await runJob(site, USER_HISTORIES_JOB, { nowMs: silver.nowMs });
    site.segments.set("t", [{ name: "all", where: { field: "interactions_1d", gte: 1 } }]);
    const broken = { ...site.segmentPorts, publish: () => Promise.reject(new Error("D1 is away")) };
    await expect(refreshSegments(broken, { nowMs: NOW_MS, run: "1" })).rejects.toThrow("D1 is away");
    await refreshSegments(site.segmentPorts, { nowMs: NOW_MS, run: "2" });
    expect(site.published.get("t")).toHaveLength(1);
    site.segments.set("t", []);
    await refreshSegments(site.segmentPorts, { nowMs: NOW_MS, run: "3" });
    expect(site.published.get("t")).toEqual([]);
    expect(await membersOf(site)).toEqual([]);
  });
});

describe("a declaration of segments", () => {
  const refused = (where: unknown) => {
    const parsed = segmentsSchema.safeParse([{ name: "s", where }]);
    return parsed.success
      ? null
      : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  };

  it("is refused with the place and the reason", () => {
    expect(refused({ field: "purchase_30d", gte: 1 })).toEqual([
      expect.stringMatching(/^0\.where\.field: must be last_seen_days, attributes\.<name>, or/),
    ]);
    expect(refused({ field: "views_400d", gte: 1 })?.[0]).toMatch(/up to 365 days/);
    expect(refused({ all: [{ field: "views_1d" }] })).toEqual([
      "0.where.all.0: needs one of eq, in, gte, lte, gt, lt",
    ]);
    expect(refused({ field: "views_1d", eq: "many" })).toEqual(["0.where.eq: must be one of numbers"]);
    expect(refused({ field: "attributes.age", gte: "70" })).toEqual(["0.where.gte: must be a number"]);
    expect(refused({ field: "attributes.age", above: 70 })?.[0]).toMatch(/^0\.where\.above: is no test/);
    expect(refused({ any: [] })).toEqual(["0.where.any: must be a list that is not empty"]);
    expect(refused({ any: [{ field: "views_1d", gt: 0 }], all: [] })?.[0]).toMatch(/has other fields/);
    let deep: unknown = { field: "views_1d", gt: 0 };
    for (let depth = 0; depth < 5; depth++) deep = { all: [deep] };
    expect(refused(deep)?.[0]).toMatch(/groups deep$/);
    const wide = { any: Array.from({ length: 40 }, () => ({ field: "views_1d", gt: 0 })) };
    expect(refused(wide)?.[0]).toMatch(/more than 30 conditions/);
    expect(segmentsSchema.safeParse([LOYAL, LOYAL]).success).toBe(false);
    expect(segmentsSchema.parse([LOYAL, NORTH])).toEqual([LOYAL, NORTH]);
  });
});
