import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { r2ObjectStore } from "../../src/base/index.ts";
import { readOverlay } from "../../src/catalogue/index.ts";
import { parseKey } from "../../src/events/index.ts";
import {
  listsName,
  readKeyRecord,
  readTenantConfig,
  type TenantLists,
  type WithdrawnItems,
} from "../../src/features/index.ts";
import { Admin } from "../../workers/pipeline-admin.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

/** A call of the Admin entrypoint, with all that it left to do in the background. */
async function call<T>(run: (admin: Admin) => Promise<T>): Promise<T> {
  const context = createExecutionContext();
  const admin = new Admin(context, env as unknown as PipelineEnv);
  const result = await run(admin);
  await waitOnExecutionContext(context);
  return result;
}

const overlay = (tenant: string) => readOverlay(r2ObjectStore(env.LAKE), tenant);

/** Spares a test the wait between two writes of the overlay. */
const longAfterTheLastChange = () => env.DB.prepare("UPDATE overlay_state SET claimed_at = 0").run();

beforeEach(async () => {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
  await emptied(env.LAKE);
  for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name);
});

describe("Admin", () => {
  it("keeps an item, and lays it over the model at once", async () => {
    const item = { item_id: "a", title: "A" };
    expect(await call((admin) => admin.upsertItems("t", [item]))).toEqual({ upserted: 1 });
    expect((await overlay("t"))?.overlay.items.a).toMatchObject(item);
    expect(await call((admin) => admin.getItem("t", "a"))).toMatchObject(item);
    expect(await call((admin) => admin.listItems("t", { limit: 5 }))).toMatchObject({ items: [item] });
    expect(await call((admin) => admin.getItem("other", "a"))).toBeNull();
  });

  it("writes the second change of a burst when ten seconds are over", async () => {
    await call((admin) => admin.upsertItems("t", [{ item_id: "a" }]));
    expect(await call((admin) => admin.deleteItem("t", "a"))).toBe(true);
    expect((await overlay("t"))?.overlay.items.a).toMatchObject({ deleted: true });
  });

  it("counts distinct ids", async () => {
    const items = [{ item_id: "a" }, { item_id: "a", title: "A" }, { item_id: "b" }];
    expect(await call((admin) => admin.upsertItems("t", items))).toEqual({ upserted: 2 });
    const users = [{ user_id: "u" }, { user_id: "u" }];
    expect(await call((admin) => admin.upsertUsers("t", users))).toEqual({ upserted: 1 });
  });

  it("changes what a tenant is asked for, and keeps the rest", async () => {
    expect(await call((admin) => admin.patchTenant("t", {}, "root"))).toBeNull();
    await call((admin) => admin.createTenant("t", { origins: [], customEventTypes: ["wish"] }, "root"));
    const before = await call((admin) => admin.getTenant("t"));
    const after = { ...before, requireUserToken: true };
    expect(await call((admin) => admin.patchTenant("t", { requireUserToken: true }, "root"))).toMatchObject(
      after,
    );
    expect(await readTenantConfig(env.KV, "t", 30)).toMatchObject(after);
    await call((admin) => admin.patchTenant("t", { customEventTypes: [] }, "root"));
    expect(await call((admin) => admin.getTenant("t"))).toMatchObject({ ...after, customEventTypes: [] });
  });

  it("keeps users", async () => {
    await call((admin) => admin.upsertUsers("t", [{ user_id: "u", attributes: { plan: "a" } }]));
    await call((admin) => admin.patchUser("t", "u", { attributes: { plan: "b" } }));
    expect(await call((admin) => admin.getUser("t", "u"))).toMatchObject({ attributes: { plan: "b" } });
    expect((await call((admin) => admin.listUsers("t", { limit: 5 }))).items).toHaveLength(1);
    expect(await call((admin) => admin.deleteUser("t", "u"))).toBe(true);
    expect(await call((admin) => admin.getUser("t", "u"))).toBeNull();
  });

  it("makes tenants and keys with random text of their own, and revokes them", async () => {
    const made = await call((admin) => admin.createTenant("t", { origins: [] }, "root"));
    if ("error" in made) throw new Error(made.error);
    const { key, record } = await call((admin) => admin.createKey("t", "secret", [], "root"));
    expect(new Set([made.secretKey, made.publishableKey, key].map((text) => text.slice(3))).size).toBe(3);
    expect(parseKey(key)).toEqual({ kind: "secret", tenant: "t" });
    expect(await call((admin) => admin.listKeys("t"))).toHaveLength(3);
    expect(await call((admin) => admin.revokeKey("t", record.hash, "root"))).toBe(true);
    expect((await readKeyRecord(env.KV, record.hash, 30))?.revokedAtMs).not.toBeNull();
  });

  it("refreshes lists and overlay for the tenant that asks", async () => {
    await call((admin) => admin.upsertItems("t", [{ item_id: "a" }, { item_id: "b", stock: 0 }]));
    expect(await call((admin) => admin.refresh("t"))).toEqual({
      lists: { trending: 0, popular: 0, newest: 1 },
      overlayItems: 2,
    });
    expect((await env.KV.get<TenantLists>(listsName("t"), "json"))?.lists.newest.at).toHaveLength(1);
    expect(await call((admin) => admin.stats("t"))).toEqual({
      featureEvents: 0,
      quarantined: 0,
      items: 2,
      users: 0,
    });
  });

  it("tells at once which items of the lists may not be answered any more", async () => {
    const ids = ["a", "b", "c", "d"];
    await call((admin) =>
      admin.upsertItems(
        "t",
        ids.map((item_id, n) => ({ item_id, published_at: 9 - n })),
      ),
    );
    await call((admin) => admin.refresh("t"));
    const changes: ((admin: Admin) => Promise<unknown>)[] = [
      (admin) => admin.patchItem("t", "c", { title: "still here" }),
      (admin) =>
        admin.upsertItems("t", [
          { item_id: "a", stock: 0 },
          { item_id: "d", hidden: true },
        ]),
      (admin) => admin.deleteItem("t", "b"),
    ];
    for (const change of changes) {
      await longAfterTheLastChange();
      await call(change);
    }
    const withdrawn = await env.KV.get<WithdrawnItems>("list:t:withdrawn", "json");
    expect(withdrawn?.itemIds.sort()).toEqual(["a", "b", "d"]);
  });

  it.each(["", "Shop", "a/b", "../t", "a".repeat(33)])(
    "refuses the tenant %j in every call",
    async (tenant) => {
      const calls: ((admin: Admin) => Promise<unknown>)[] = [
        (admin) => admin.upsertItems(tenant, [{ item_id: "a" }]),
        (admin) => admin.getItem(tenant, "a"),
        (admin) => admin.patchItem(tenant, "a", {}),
        (admin) => admin.deleteItem(tenant, "a"),
        (admin) => admin.listItems(tenant, { limit: 1 }),
        (admin) => admin.upsertUsers(tenant, [{ user_id: "u" }]),
        (admin) => admin.getUser(tenant, "u"),
        (admin) => admin.patchUser(tenant, "u", {}),
        (admin) => admin.deleteUser(tenant, "u"),
        (admin) => admin.listUsers(tenant, { limit: 1 }),
        (admin) => admin.createTenant(tenant, { origins: [] }, "root"),
        (admin) => admin.getTenant(tenant),
        (admin) => admin.patchTenant(tenant, {}, "root"),
        (admin) => admin.createKey(tenant, "secret", [], "root"),
        (admin) => admin.listKeys(tenant),
        (admin) => admin.revokeKey(tenant, "h", "root"),
        (admin) => admin.listScenarios(tenant),
        (admin) => admin.getScenario(tenant, "s"),
        (admin) => admin.scenarioVersions(tenant, "s", { limit: 1 }),
        (admin) => admin.putScenario(tenant, { name: "s", config: {} }, { actor: "root" }),
        (admin) => admin.deleteScenario(tenant, "s", { actor: "root" }),
        (admin) => admin.restoreScenario(tenant, { name: "s", version: 1 }, { actor: "root" }),
        (admin) => admin.refresh(tenant),
        (admin) => admin.stats(tenant),
      ];
      for (const each of calls) await expect(call(each)).rejects.toThrow("is no tenant");
    },
  );
});
