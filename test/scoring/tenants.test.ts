import { expect, it } from "vitest";
import type { Engine } from "../../src/base/index.ts";
import { type CatalogItem, mergeOverlay, writeOverlay } from "../../src/catalogue/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { Shelf } from "../../src/scoring/tenant.ts";
import type { ModelView } from "../../src/scoring/view.ts";
import { harness, idsOf, requestOf, T0 } from "./harness.ts";
import { goLive, SHOP } from "./tiny-model.ts";

const ENGINE = nodeEngine();

/** The same ids, other items: what is a shoe here is a book there. */
const MIRROR: CatalogItem[] = SHOP.map((item, i) => ({
  ...(SHOP[(i + 2) % 4] as CatalogItem),
  item_id: item.item_id,
  title: `Mirrored ${item.title}`,
}));

it("never mixes two tenants with equal item ids, whatever the order of their requests", async () => {
  const h = harness(ENGINE);
  const acme = await goLive(h.store, "acme", SHOP);
  const rival = await goLive(h.store, "rival", MIRROR);
  const hidden = [{ item_id: "sandals", hidden: true }];
  await writeOverlay(h.store, "rival", mergeOverlay(null, hidden, { nowMs: 1 }), null);
  await Promise.all([h.warm("acme"), h.warm("rival")]);
  const alone = {
    acme: await h.score(requestOf("acme", ["boots"], { fields: ["title"] })),
    rival: await h.score(requestOf("rival", ["boots"], { fields: ["title"] })),
  };
  expect(alone.acme).toMatchObject({ modelVersion: acme.version });
  expect(alone.rival).toMatchObject({ modelVersion: rival.version });
  expect(alone.acme.status === "ok" && idsOf(alone.acme)).toContain("sandals");
  expect(alone.rival.status === "ok" && idsOf(alone.rival)).not.toContain("sandals");
  expect(JSON.stringify(alone.acme)).not.toContain("Mirrored");

  const tenants = Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? "acme" : "rival"));
  const mixed = await Promise.all(
    tenants.map((tenant, i) =>
      h.score(requestOf(tenant, ["boots"], { fields: ["title"], exclude: i % 2 === 0 ? [] : ["novel"] })),
    ),
  );
  for (const [i, tenant] of tenants.entries()) {
    if (i % 2 === 0) expect(mixed[i]).toEqual(alone[tenant as "acme" | "rival"]);
    else expect(JSON.stringify(mixed[i])).not.toContain('"novel"');
  }
});

it("holds the models that fit, evicts the least recently used, and loads it again with a later poll", async () => {
  const probe = harness(ENGINE, { modelsBytesMax: 1 });
  await goLive(probe.store, "a", SHOP);
  await probe.warm("a");
  const needed = Number(/needs (\d+) bytes/.exec(probe.faults[0]?.message ?? "")?.[1]);
  expect(needed).toBeGreaterThan(1_000);

  const h = harness(ENGINE, { modelsBytesMax: 2 * needed + 10 });
  for (const tenant of ["a", "b", "c"]) await goLive(h.store, tenant, SHOP);
  const statusOf = async (tenant: string, nowMs: number) =>
    (await h.score(requestOf(tenant, ["boots"], { nowMs }))).status;
  await h.warm("a");
  await h.warm("b");
  expect([await statusOf("b", T0), await statusOf("a", T0)]).toEqual(["ok", "ok"]);
  await h.warm("c");
  expect(h.log.releases).toBe(1);
  expect([await statusOf("a", T0), await statusOf("c", T0)]).toEqual(["ok", "ok"]);
  expect(await statusOf("b", T0 + 1)).toBe("cold");
  await h.settle();
  expect(await statusOf("b", T0 + 2)).toBe("cold");
  await h.warm("b", T0 + 15_000);
  expect(await statusOf("b", T0 + 15_001)).toBe("ok");
  expect(await statusOf("a", T0 + 15_001)).toBe("cold");
  expect(h.log.loads - h.log.releases).toBe(2);
});

it("remembers at most a thousand tenants, and forgets one without a model before any that has one", async () => {
  const h = harness(ENGINE);
  await goLive(h.store, "first", SHOP);
  await h.warm("first");
  for (let i = 0; i < 1_100; i++) await h.warm(`t${i}`);
  expect(h.log.releases).toBe(0);
  expect((await h.score(requestOf("first", ["boots"]))).status).toBe("ok");
  // Of the others the longest unused is read anew, the newest is remembered.
  expect((await h.score(requestOf("t1099", ["boots"]))).status).toBe("no_model");
  expect((await h.score(requestOf("t0", ["boots"]))).status).toBe("cold");
});

it("forgets no tenant whose model is being loaded while there is one without any", async () => {
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const slow: Engine = {
    async load(...given) {
      begun.resolve();
      await held.promise;
      return ENGINE.load(...given);
    },
  };
  const h = harness(slow);
  await goLive(h.store, "first", SHOP);
  expect((await h.score(requestOf("first", ["boots"]))).status).toBe("cold");
  await begun.promise;
  for (let i = 0; i < 1_100; i++) await h.score(requestOf(`invented-${i}`, []));
  held.resolve();
  await h.settle();
  expect((await h.score(requestOf("first", ["boots"]))).status).toBe("ok");
});

it("forgets the longest unused of a thousand that all have a model", () => {
  const shelf = new Shelf();
  let retired = 0;
  const stock = (tenant: string) => {
    const slot = shelf.touch(tenant);
    slot.view = { bytes: 1, model: { retire: () => retired++ } } as unknown as ModelView;
    return slot;
  };
  const [first, second] = Array.from({ length: 1_000 }, (_, i) => stock(`t${i}`));
  const another = shelf.touch("another");
  expect(retired).toBe(1);
  expect([first, second, another].map((slot) => slot !== undefined && shelf.holds(slot))).toEqual([
    false,
    true,
    true,
  ]);
});

it("swaps a model beside the next one where both fit, and lets go of it first where they do not", async () => {
  for (const [swapBytesMax, released] of [
    [1_000_000, 0],
    [1_000, 1],
  ] as const) {
    const releasedAtLoad: number[] = [];
    const engine: Engine = {
      load(...given) {
        releasedAtLoad.push(h.log.releases);
        return ENGINE.load(...given);
      },
    };
    const h = harness(engine, { swapBytesMax });
    await goLive(h.store, "acme", SHOP);
    await h.warm("acme");
    await goLive(h.store, "acme", SHOP, { createdAtMs: 1_000 });
    expect((await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 15_000 }))).status).toBe("ok");
    await h.settle();
    expect(h.log).toMatchObject({ loads: 2, releases: 1 });
    expect(releasedAtLoad).toEqual([0, released]);
    expect((await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 15_001 }))).status).toBe("ok");
  }
});
