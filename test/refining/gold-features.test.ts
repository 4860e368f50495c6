import { beforeAll, describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/base/index.ts";
import { FEATURES, type LakeFeatures } from "../../src/features/index.ts";
import {
  INTERACTIONS,
  ITEM_FEATURES,
  type ItemChange,
  type ItemFeatureRow,
  LINEAGE,
  USER_CHANGES,
  USER_FEATURES,
  type UserFeatureRow,
} from "../../src/lake/index.ts";
import { materialiseFeatures, refreshFeatures } from "../../src/refining/index.ts";
import { INTERACTIONS_JOB } from "../../src/refining/silver/interactions.ts";
import { ITEM_STATES_JOB } from "../../src/refining/silver/states.ts";
import { lakeFeatures, type Story, TENANT, tellStory } from "../workerd/features-story.ts";
import { land, openWorld, rowsOf, runJob, type World } from "./world.ts";

const story: Story = tellStory(3);
const NOW_MS = Math.max(...story.events.map((event) => event.received_at)) + DAY_MS;
const pauses = story.steps.filter(({ kind }) => kind === "pause").map(({ atMs }) => atMs);
let world: World;
let runs = 0;

function materialise(asOfMs: number) {
  return materialiseFeatures(world.ports, { tenant: TENANT, asOfMs, nowMs: NOW_MS, run: `run-${++runs}` });
}

/** The story in bronze, in two commits, with every event of the second delivered twice; then silver of it. */
beforeAll(async () => {
  world = openWorld();
  const received = story.events.toSorted((a, b) => a.received_at - b.received_at);
  const links = received.flatMap(
    ({ type, user_id, anonymous_id, event_id, occurred_at, received_at, is_bot }) =>
      type === "identify" && user_id !== undefined && anonymous_id !== undefined && !is_bot
        ? [{ tenant: TENANT, user_id, anonymous_id, event_id, linked_at: occurred_at, received_at }]
        : [],
  );
  const items = story.steps.flatMap((step): ItemChange[] => {
    if (step.kind === "remove")
      return [{ tenant: TENANT, item_id: step.itemId, changed_at: step.atMs, deleted: true }];
    if (step.kind !== "items") return [];
    return step.items.map(({ updated_at: changed_at, ...item }) => ({
      ...item,
      tenant: TENANT,
      changed_at,
      deleted: false,
    }));
  });
  const users = story.deletions.map(({ userId, deletedAtMs }) => ({
    tenant: TENANT,
    user_id: userId,
    changed_at: deletedAtMs,
    deleted: true,
  }));
  await world.lake.append(USER_CHANGES, users, { nowMs: NOW_MS - 2 });
  const [first, second] = [received.slice(0, 300), received.slice(300)];
  await land(world, { nowMs: NOW_MS - 2, events: first, links, items });
  await runJob(world, INTERACTIONS_JOB, { nowMs: NOW_MS - 1 });
  await land(world, { nowMs: NOW_MS, events: [...second, ...second] });
  for (const job of [ITEM_STATES_JOB, INTERACTIONS_JOB]) await runJob(world, job, { nowMs: NOW_MS });
});

const withoutNull = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

function expectedUsers(features: LakeFeatures, asOfMs: number): UserFeatureRow[] {
  return [...features.subjects()].sort().map((subject) => ({
    tenant: TENANT,
    subject,
    as_of: asOfMs,
    ...(withoutNull({ ...features.user(subject), ...features.sessionOf(subject) }) as Omit<
      UserFeatureRow,
      "tenant" | "subject" | "as_of"
    >),
  }));
}

/** Those that the catalogue has then, and those that anything counted for. */
function expectedItemIds(features: LakeFeatures, asOfMs: number): string[] {
  const listed = story.intervals.filter(
    ({ valid_from, valid_to }) => valid_from <= asOfMs && asOfMs < (valid_to ?? Number.POSITIVE_INFINITY),
  );
  return [...new Set([...listed.map(({ item_id }) => item_id), ...features.itemIds()])].sort();
}

describe("gold's features", () => {
  it("are those of the moment, made from silver by row group, and of several moments side by side", async () => {
    for (const asOfMs of pauses) expect((await materialise(asOfMs)).users).toBeGreaterThan(0);
    const users = await rowsOf(world, USER_FEATURES);
    const items = await rowsOf(world, ITEM_FEATURES);
    for (const asOfMs of pauses) {
      const features = lakeFeatures(story, asOfMs);
      expect(users.filter((row) => row.as_of === asOfMs)).toEqual(expectedUsers(features, asOfMs));
      const rows = items.filter((each) => each.as_of === asOfMs);
      expect(rows.map(({ item_id }) => item_id).sort()).toEqual(expectedItemIds(features, asOfMs));
      for (const row of rows) {
        const item = Object.entries(withoutNull(features.item(row.item_id)));
        const category = row.category === undefined ? [] : Object.entries(features.category(row.category));
        const named = category.map(([name, value]) => [`category_${name}`, value]);
        expect(row).toMatchObject(Object.fromEntries([...item, ...named]));
      }
    }
  });

  it("know of a user only what came after the deletion, and of an item nothing that was taken back", async () => {
    const [deletion] = story.deletions;
    const subject = `u:${deletion?.userId}`;
    const after = pauses.filter((atMs) => atMs > (deletion?.deletedAtMs ?? Number.POSITIVE_INFINITY));
    expect(after.length).toBeGreaterThan(0);
    const users = await rowsOf(world, USER_FEATURES);
    const items = await rowsOf(world, ITEM_FEATURES);
    for (const asOfMs of after) {
      const undeleted = expectedUsers(lakeFeatures({ ...story, deletions: [] }, asOfMs), asOfMs);
      const made = users.filter((row) => row.as_of === asOfMs);
      expect(undeleted.find((row) => row.subject === subject)).toBeDefined();
      expect(made).not.toEqual(undeleted);
    }
    const [state] = story.intervals.filter(({ item_id }) => item_id === "i7");
    const removedMs = state?.valid_to ?? Number.POSITIVE_INFINITY;
    expect(pauses.some((atMs) => atMs > removedMs)).toBe(true);
    for (const asOfMs of pauses) {
      const row = items.find((each) => each.as_of === asOfMs && each.item_id === "i7");
      const [category, ageKnown] = asOfMs < removedMs ? [state?.categories?.[0], true] : [undefined, false];
      expect([row?.category, row?.age_days !== undefined]).toEqual([category, ageKnown]);
    }
  });

  it("replace what was made for the same moment, and leave a row of lineage", async () => {
    const before = await rowsOf(world, USER_FEATURES);
    await materialise(pauses[0] as number);
    const byKey = (rows: UserFeatureRow[]) => rows.map((row) => JSON.stringify(row)).sort();
    expect(byKey(await rowsOf(world, USER_FEATURES))).toEqual(byKey(before));
    await world.lake.commitAllPending({ nowMs: NOW_MS, force: true });
    const made = (await rowsOf(world, LINEAGE)).filter(({ job }) => job === USER_FEATURES.name);
    expect(made).toHaveLength(pauses.length + 1);
    expect(
      await materialiseFeatures(openWorld().ports, { tenant: TENANT, asOfMs: 0, nowMs: 0, run: "r" }),
    ).toEqual({ items: 0, users: 0, snapshotId: null });
  });

  it("are made once a day of each tenant, as of the midnight before", async () => {
    const tenants = ["nobody", TENANT];
    const first = await refreshFeatures(world.ports, { tenants, nowMs: NOW_MS });
    expect(first).toMatchObject({ done: false, made: { tenant: "nobody", users: 0 } });
    const second = await refreshFeatures(world.ports, { tenants, nowMs: NOW_MS });
    const asOfMs = Math.floor(NOW_MS / DAY_MS) * DAY_MS;
    expect(second).toMatchObject({ done: true, made: { tenant: TENANT, asOfMs } });
    const users = (await rowsOf(world, USER_FEATURES)).filter((row) => row.as_of === asOfMs);
    expect(users.length).toBe(second.made?.users);
    expect(await refreshFeatures(world.ports, { tenants, nowMs: NOW_MS })).toEqual({
      done: true,
      made: null,
    });
    const nextDay = await refreshFeatures(world.ports, { tenants, nowMs: NOW_MS + DAY_MS });
    expect(nextDay).toMatchObject({ done: false, made: { asOfMs: asOfMs + DAY_MS } });
  });

  it("leave out the very sessions that silver has flagged", async () => {
    const silver = await rowsOf(world, INTERACTIONS);
    expect(silver).toHaveLength(story.events.length);
    expect(silver.some((row) => row.is_automated)).toBe(true);
    const features = lakeFeatures(story, NOW_MS);
    for (const itemId of story.itemIds) {
      const views = silver.filter(
        (row) => row.type === "view" && row.item_id === itemId && !row.is_bot && !row.is_automated,
      );
      expect(features.item(itemId).views_30d).toBe(views.length);
    }
  });

  it("stand in columns that the declarations name", () => {
    const names = (table: { columns: readonly { name: string; type: string }[] }, prefix = "") =>
      table.columns.map(({ name, type }) => `${name.slice(prefix.length)} ${type}`);
    const declared = (...entities: string[]) =>
      FEATURES.filter(({ entity }) => entities.includes(entity)).map(({ name, type }) => `${name} ${type}`);
    expect(names(ITEM_FEATURES)).toEqual(expect.arrayContaining(declared("item")));
    const categories = ITEM_FEATURES.columns.filter(({ name }) => name.startsWith("category_"));
    expect(names({ columns: categories }, "category_").sort()).toEqual(declared("category").sort());
    expect(names(USER_FEATURES).slice(3).sort()).toEqual(declared("user", "session").sort());
    const row: (keyof ItemFeatureRow)[] = ["category_ctr_24h", "ctr_24h"];
    expect(ITEM_FEATURES.columns.map(({ name }) => name)).toEqual(expect.arrayContaining(row));
  });
});
