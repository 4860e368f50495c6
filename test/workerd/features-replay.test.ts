import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { isBeyondLedger } from "../../src/events/index.ts";
import {
  applyEvents,
  applyLate,
  deleteItem,
  forgetUser,
  getItemState,
  putItems,
  readFeatures,
} from "../../src/features/index.ts";
import { lakeFeatures, type Story, TENANT, tellStory } from "./features-story.ts";
import { migrated } from "./migrated.ts";

const stores = () => ({ core: env.DB, profiles: [env.PROFILES_0] });
const databases = () => ({ core: env.DB, profiles: env.PROFILES_0 });

beforeEach(async () => {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
});

/** Everything that D1 serves at a moment, for all items, subjects and actors of the story. */
async function served(story: Story, nowMs: number) {
  const anyone = await readFeatures(databases(), { tenant: TENANT, itemIds: story.itemIds, nowMs });
  const people = await Promise.all(
    story.people.map(async ({ subject, actor }) => {
      const request = { tenant: TENANT, subject, actor, itemIds: story.itemIds, nowMs };
      const { user, session, userItems } = await readFeatures(databases(), request);
      return { subject, actor, user, session, userItems: Object.fromEntries(userItems) };
    }),
  );
  return {
    items: Object.fromEntries(anyone.items),
    categories: Object.fromEntries(anyone.categories),
    people,
  };
}

/** The same from the lake's rows alone. */
function replayed(story: Story, nowMs: number, categories: readonly string[]) {
  const features = lakeFeatures(story, nowMs);
  return {
    items: Object.fromEntries(story.itemIds.map((itemId) => [itemId, features.item(itemId)])),
    categories: Object.fromEntries(categories.map((name) => [name, features.category(name)])),
    people: story.people.map(({ subject, actor }) => ({
      subject,
      actor,
      user: features.user(subject),
      session: features.session(actor),
      userItems: Object.fromEntries(
        story.itemIds.map((itemId) => [itemId, features.userItem(subject, itemId)]),
      ),
    })),
  };
}

async function remove({ itemId, atMs }: { itemId: string; atMs: number }): Promise<void> {
  const seenMs = (await getItemState(env.DB, TENANT, itemId))?.updated_at ?? 0;
  expect(await deleteItem(env.DB, TENANT, { itemId, nowMs: atMs, seenMs })).toBe(true);
}

/** Feeds the story to D1 step by step and holds D1 against the lake at each of its pauses. */
async function play(story: Story): Promise<void> {
  for (const step of story.steps) {
    if (step.kind === "items") await putItems(env.DB, TENANT, step.items);
    else if (step.kind === "remove") await remove(step);
    else if (step.kind === "forget")
      await forgetUser(stores(), TENANT, { userId: step.userId, atMs: step.atMs });
    else if (step.kind === "deliver") {
      const late = step.events.filter((event) => isBeyondLedger(event, step.atMs));
      const fresh = step.events.filter((event) => !isBeyondLedger(event, step.atMs));
      await Promise.all([
        applyEvents(stores(), fresh, step.atMs),
        applyEvents(stores(), step.again, step.atMs),
        applyLate(stores(), late, step.atMs),
      ]);
    } else {
      const inD1 = await served(story, step.atMs);
      expect(replayed(story, step.atMs, Object.keys(inD1.categories))).toEqual(inD1);
    }
  }
}

describe("D1 and the lake", () => {
  it("agree on every feature at every moment, whatever the order, repetition and lateness of delivery", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        await migrated(env.DB, "core");
        await migrated(env.PROFILES_0, "profiles");
        await play(tellStory(seed));
      }),
      { numRuns: 8, seed: 20_261_121 },
    );
  }, 240_000);

  it("tell stories in which something of everything happens", () => {
    const stories = Array.from({ length: 12 }, (_, seed) => tellStory(seed));
    const pauses = stories.flatMap((story) =>
      story.steps
        .filter(({ kind }) => kind === "pause")
        .map(({ atMs }) => ({ story, features: lakeFeatures(story, atMs) })),
    );
    const events = stories.flatMap((story) => story.events);
    expect(events.some((event) => event.received_at - event.occurred_at > DAY_MS)).toBe(true);
    expect(new Set(events.map((event) => Math.floor(event.received_at / DAY_MS))).size).toBeGreaterThan(2);
    const all = pauses.flatMap(({ story, features }) =>
      story.people.map(({ actor }) => features.session(actor)),
    );
    expect(all.some((session) => session.automated)).toBe(true);
    expect(all.some((session) => session.interest_changed)).toBe(true);
    const affinities = pauses.flatMap(({ story, features }) =>
      story.people.map(({ subject }) => features.user(subject).category_affinity),
    );
    expect(affinities.some((each) => Object.keys(each).length > 1)).toBe(true);
    const kinds = stories.flatMap((story) => story.steps.map((step) => step.kind));
    expect(new Set(kinds)).toEqual(new Set(["items", "remove", "forget", "deliver", "pause"]));
  });
});

describe("reading", () => {
  it("takes eight queries in two rounds, however many items are asked for", async () => {
    const story = tellStory(1);
    await play({ ...story, steps: story.steps.filter((step) => step.kind !== "pause") });
    const nowMs = (story.steps.at(-1)?.atMs ?? 0) + HOUR_MS;
    const queries = { core: 0, profiles: 0 };
    const batches: number[] = [];
    const counting = (name: keyof typeof queries, database: D1Database) => ({
      prepare(sql: string) {
        queries[name]++;
        return database.prepare(sql);
      },
      batch<T>(statements: D1PreparedStatement[]) {
        batches.push(statements.length);
        return database.batch<T>(statements);
      },
    });
    const counted = { core: counting("core", env.DB), profiles: counting("profiles", env.PROFILES_0) };
    const unknown = Array.from({ length: 300 }, (_, n) => `unknown ${n}`);
    const { items, user } = await readFeatures(counted as never, {
      tenant: TENANT,
      subject: "u:u2",
      actor: "a:d2",
      itemIds: [...story.itemIds.slice(0, 2), ...unknown],
      nowMs,
    });
    expect(items.size).toBe(302);
    expect(user.last_items.length).toBeGreaterThan(0);
    expect(queries).toEqual({ core: 2, profiles: 6 });
    expect(batches).toEqual([4, 2]);
  });
});
