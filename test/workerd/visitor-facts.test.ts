import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { putUsers, readVisitorFacts } from "../../src/features/index.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const databases = () => ({ core: env.DB, profiles: env.PROFILES_0 });

beforeEach(async () => {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
});

async function join(subject: string, ...segments: string[]): Promise<void> {
  const statement = env.PROFILES_0.prepare("INSERT INTO segment_members VALUES ('t', ?, ?, 0)");
  await env.PROFILES_0.batch(segments.map((segment) => statement.bind(subject, segment)));
}

it("tells segments and attributes of who has no profile yet, and of nobody else", async () => {
  await putUsers(env.DB, "t", [{ user_id: "u", attributes: { plan: "gold", age: 40 }, updated_at: 1 }]);
  await join("u:u", "loyal", "north");
  await join("a:d", "north", "window");
  await join("u:v", "others");
  const question = { tenant: "t", userId: "u", subjects: ["u:u", "a:d"], nowMs: NOW_MS };
  expect(await readVisitorFacts(databases(), question)).toEqual({
    profile: null,
    segments: ["loyal", "north", "window"],
    attributes: { plan: "gold", age: 40 },
  });
  expect(await readVisitorFacts(databases(), { tenant: "t", subjects: [], nowMs: NOW_MS })).toEqual({
    profile: null,
    segments: [],
    attributes: {},
  });
  const other = await readVisitorFacts(databases(), { ...question, tenant: "other" });
  expect(other).toEqual({ profile: null, segments: [], attributes: {} });
});

it("is one query to each database", async () => {
  let queries = 0;
  const counting = (database: D1Database) => ({
    prepare(sql: string) {
      queries++;
      return database.prepare(sql);
    },
  });
  const question = { tenant: "t", userId: "u", subjects: ["u:u", "a:d"], nowMs: NOW_MS };
  await readVisitorFacts({ core: counting(env.DB), profiles: counting(env.PROFILES_0) } as never, question);
  expect(queries).toBe(2);
});
