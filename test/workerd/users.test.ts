import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { r2ObjectStore } from "../../src/base/index.ts";
import { getUser, listUsers } from "../../src/features/index.ts";
import { type Lake, openLake, USER_CHANGES } from "../../src/lake/index.ts";
import { changeUser, changeUsers, removeUser } from "../../src/ops/index.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

const core = () => env.DB;
const lake = (): Lake => openLake(r2ObjectStore(env.LAKE));
const ports = () => ({ core: core(), lake: lake() });

beforeEach(async () => {
  await migrated(core(), "core");
  await migrated(env.PROFILES_0, "profiles");
  await emptied(env.LAKE);
});

describe("users", () => {
  it("are put, patched, listed and removed, each state in the lake", async () => {
    await changeUsers(ports(), "t", {
      users: [{ user_id: "u", attributes: { plan: "a", age: 3 } }, { user_id: "v" }],
      nowMs: 1_000,
    });
    const patched = { user_id: "u", attributes: { plan: "b" }, updated_at: 2_000 };
    const patch = { attributes: { plan: "b" } };
    expect(await changeUser(ports(), "t", { userId: "u", patch, nowMs: 2_000 })).toEqual(patched);
    expect(await changeUser(ports(), "t", { userId: "x", patch, nowMs: 2_000 })).toBeNull();
    expect(await getUser(core(), "t", "u")).toEqual(patched);
    expect(await listUsers(core(), "t", { limit: 1 })).toEqual({ items: [patched], cursor: "u" });
    expect(
      await removeUser({ ...ports(), profiles: [env.PROFILES_0] }, "t", { userId: "u", nowMs: 3_000 }),
    ).toBe(true);
    expect(
      await removeUser({ ...ports(), profiles: [env.PROFILES_0] }, "t", { userId: "u", nowMs: 3_000 }),
    ).toBe(false);
    expect(await getUser(core(), "t", "u")).toBeNull();
    let rows = 0;
    await lake().commitPending(USER_CHANGES, { nowMs: NOW_MS, force: true });
    for await (const group of lake().scan(USER_CHANGES, { tenant: "t", columns: ["user_id"] })) {
      rows += group.rows;
    }
    expect(rows).toBe(4);
  });

  const userPorts = () => ({ ...ports(), profiles: [env.PROFILES_0] });
  const putPlan = (plan: string, nowMs: number) =>
    changeUsers(ports(), "t", { users: [{ user_id: "u", attributes: { plan } }], nowMs });

  /** The last of the user's rows in the lake: [time, deleted, attributes]; more than one where the lake does not tell. */
  async function lastUserRows(): Promise<unknown[]> {
    const rows: [number, boolean, unknown][] = [];
    await lake().commitPending(USER_CHANGES, { nowMs: NOW_MS, force: true });
    const columns = ["changed_at", "deleted", "attributes"] as const;
    for await (const { rows: count, columns: cells } of lake().scan(USER_CHANGES, { tenant: "t", columns })) {
      for (let row = 0; row < count; row++)
        rows.push([cells.changed_at[row] ?? 0, cells.deleted[row] ?? false, cells.attributes[row]]);
    }
    const latestMs = Math.max(...rows.map(([changedAtMs]) => changedAtMs));
    return rows.filter(([changedAtMs]) => changedAtMs === latestMs);
  }

  for (const [when, nowMs] of [
    ["in the millisecond of a deletion", 2_000],
    ["by a clock that is behind", 1_500],
  ] as const) {
    it(`put ${when} come later than the deletion, in D1 and in the lake`, async () => {
      await putPlan("a", 1_000);
      await removeUser(userPorts(), "t", { userId: "u", nowMs: 2_000 });
      expect(await putPlan("b", nowMs)).toEqual({ upserted: 1 });
      const stored = { user_id: "u", attributes: { plan: "b" }, updated_at: 2_001 };
      expect(await getUser(core(), "t", "u")).toEqual(stored);
      expect(await lastUserRows()).toEqual([[2_001, false, { plan: "b" }]]);
      expect(await putPlan("c", nowMs)).toEqual({ upserted: 1 });
      expect(await lastUserRows()).toEqual([[2_002, false, { plan: "c" }]]);
    });
  }

  it("put by a clock behind after the deletion of one whom only events knew come later too", async () => {
    await env.PROFILES_0.prepare(
      "INSERT INTO identity_links (tenant, anonymous_id, user_id, linked_at) VALUES ('t', 'd', 'u', 1)",
    ).run();
    expect(await removeUser(userPorts(), "t", { userId: "u", nowMs: 2_000 })).toBe(true);
    await putPlan("a", 1_000);
    expect(await getUser(core(), "t", "u")).toMatchObject({ updated_at: 2_001 });
    expect(await lastUserRows()).toEqual([[2_001, false, { plan: "a" }]]);
  });

  it("put, patched and deleted at once end as the lake's latest state", async () => {
    await putPlan("0", NOW_MS);
    await Promise.all(
      Array.from({ length: 4 }, (_, n) => [
        putPlan(`${n}`, NOW_MS - n),
        changeUser(ports(), "t", {
          userId: "u",
          patch: { attributes: { plan: `p${n}` } },
          nowMs: NOW_MS + n,
        }),
        removeUser(userPorts(), "t", { userId: "u", nowMs: NOW_MS - n }),
      ]).flat(),
    );
    const user = await getUser(core(), "t", "u");
    const [last, ...more] = (await lastUserRows()) as [number, boolean, unknown][];
    expect(more).toEqual([]);
    expect(last?.slice(1)).toEqual([user === null, user?.attributes ?? null]);
    if (user !== null) expect(last?.[0]).toBe(user.updated_at);
  });

  it("tell a caller whom others never let through to come again", async () => {
    await putPlan("a", 1_000);
    let nowMs = NOW_MS;
    const append: Lake["append"] = async (...row) => {
      nowMs += 1_000;
      await core().prepare("UPDATE users SET updated_at = ?").bind(nowMs).run();
      return lake().append(...row);
    };
    const busy = { core: core(), lake: { append }, profiles: [env.PROFILES_0] };
    const contended = { error: "contended" };
    expect(await changeUsers(busy, "t", { users: [{ user_id: "u" }], nowMs })).toEqual(contended);
    const patch = { attributes: { plan: "b" } };
    expect(await changeUser(busy, "t", { userId: "u", patch, nowMs })).toEqual(contended);
    expect(await removeUser(busy, "t", { userId: "u", nowMs })).toEqual(contended);
  });
});
