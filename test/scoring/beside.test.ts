import { expect, it } from "vitest";
import type { Engine } from "../../src/base/index.ts";
import { type CatalogItem, mergeOverlay, writeOverlay } from "../../src/catalogue/index.ts";
import { modelKey } from "../../src/registry/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { harness, idsOf, requestOf, T0 } from "./harness.ts";
import { goLive, SHOP } from "./tiny-model.ts";

const ENGINE = nodeEngine();
const S = 1_000;
const MINUTE = 60_000;

/** What was a shoe is a book and the other way round, so that its lists are others. */
const SWAPPED: CatalogItem[] = SHOP.map((item, at) => ({
  ...item,
  categories: SHOP[(at + 2) % 4]?.categories ?? [],
  tags: SHOP[(at + 2) % 4]?.tags ?? [],
}));

const why = (items: readonly string[], version?: string, nowMs = T0 + S) => ({
  ...requestOf("acme", items, { nowMs }),
  explain: true,
  ...(version === undefined ? {} : { version }),
});

async function twoVersions(engine: Engine = ENGINE, more: Parameters<typeof harness>[1] = {}) {
  const h = harness(engine, more);
  const old = await goLive(h.store, "acme", SWAPPED.slice(0, 4));
  const live = await goLive(h.store, "acme", SHOP, { createdAtMs: 1_000 });
  await h.warm("acme");
  return { h, old: old.version, live: live.version };
}

it("answers from another version beside the live one, which goes on answering from where it was", async () => {
  const { h, old, live } = await twoVersions();
  const before = await h.score(requestOf("acme", ["boots"]));
  const asked = await h.score(why(["boots"], old));
  expect(asked).toMatchObject({ status: "ok", modelVersion: old });
  expect(before.status === "ok" && idsOf(before)?.[0]).toBe("sandals");
  expect(asked.status === "ok" && asked.items.map(({ why: told }) => told?.rankBefore)).toEqual([1, 2, 3]);
  expect(await h.score(requestOf("acme", ["boots"]))).toEqual(before);
  expect(h.log).toMatchObject({ loads: 2, releases: 0 });
  // It is there by now, and the live one needs no second place.
  h.store.calls.length = 0;
  expect(await h.score(why(["boots"], old))).toEqual(asked);
  expect(await h.score(why(["boots"], live))).toMatchObject({ modelVersion: live });
  expect(h.store.calls).toEqual([]);
  expect(h.log.loads).toBe(2);
});

it("costs a request that names no version nothing: no read, no load, no background work", async () => {
  const { h, old } = await twoVersions();
  await h.score(why(["boots"], old));
  await h.settle();
  h.store.calls.length = 0;
  h.log.runs.length = 0;
  for (let at = 0; at < 20; at++) await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 2 * S }));
  expect(h.store.calls).toEqual([]);
  expect(h.background).toEqual([]);
  expect(h.log).toMatchObject({ loads: 2, releases: 0 });
  // The live view's own buffers, over and over, of its own size.
  expect(new Set(h.log.runs.map(({ bias }) => bias?.data)).size).toBe(1);
  expect(h.log.runs[0]?.bias?.dims).toEqual([1, SHOP.length]);
});

it("shows what may be answered now: hidden items are gone, new ones are placed by their content", async () => {
  const h = harness(ENGINE);
  const old = await goLive(h.store, "acme", SHOP);
  const clogs = {
    item_id: "clogs",
    title: "Clogs",
    categories: ["shoes"],
    tags: ["winter"],
    published_at: 5,
    popularity: 0,
  };
  const changes: Record<string, Partial<CatalogItem>> = { novel: { hidden: true }, gone: { stock: 3 } };
  const now = SHOP.map((item) => ({ ...item, ...changes[item.item_id] }));
  // What the live model has learned is in no overlay any more; what was edited since is.
  await goLive(h.store, "acme", [...now.slice(0, 3), ...now.slice(4), clogs], { createdAtMs: 1_000 });
  const edit = [{ item_id: "sandals", stock: 0, updated_at: 1 }];
  const first = await writeOverlay(h.store, "acme", mergeOverlay(null, edit, { nowMs: 1 }), null);
  await h.warm("acme");
  const asked = await h.score({
    ...why(["boots"], old.version),
    explainItems: ["novel", "atlas", "sandals"],
  });
  expect(asked.status === "ok" && idsOf(asked)?.toSorted()).toEqual(["clogs", "gone"]);
  const missing = asked.status === "ok" && asked.unlisted?.map(({ reason }) => reason);
  expect(missing).toEqual(["unavailable", "unavailable", "unavailable"]);

  const back = mergeOverlay(null, [{ ...SHOP[1], item_id: "sandals", updated_at: 2 }], { nowMs: 2 });
  await writeOverlay(h.store, "acme", back, first?.etag ?? null);
  await h.warm("acme", T0 + 20 * S);
  const later = await h.score(why(["boots"], old.version, T0 + 21 * S));
  expect(later.status === "ok" && idsOf(later)).toContain("sandals");
  expect(h.log.loads).toBe(2);
});

it("has one place: two versions asked for at once take turns, and each is answered from itself", async () => {
  const h = harness(ENGINE);
  const versions: string[] = [];
  for (const createdAtMs of [0, 1_000, 2_000]) {
    versions.push((await goLive(h.store, "acme", SHOP.slice(0, 4), { createdAtMs })).version);
  }
  await h.warm("acme");
  const [first = "", second = ""] = versions;
  const answers = await Promise.all(
    [first, second, first].map((version) => h.score(why(["boots"], version))),
  );
  expect(answers.map((one) => one.status === "ok" && one.modelVersion)).toEqual([first, second, first]);
  expect(h.log.loads - h.log.releases).toBe(2);
});

it("lets go of a version that nobody has asked for in a while", async () => {
  const { h, old } = await twoVersions();
  await h.score(why(["boots"], old));
  await h.warm("acme", T0 + 4 * MINUTE);
  expect(h.log.releases).toBe(0);
  await h.warm("acme", T0 + 6 * MINUTE);
  expect(h.log).toMatchObject({ loads: 2, releases: 1 });
  expect(await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 6 * MINUTE }))).toMatchObject({
    status: "ok",
  });
});

it("tells of a version that is not kept, and of one that cannot be loaded, while the live one answers", async () => {
  const { h, old } = await twoVersions();
  const unknown = "20200101T000000Z-00000000";
  expect(await h.score(why(["boots"], unknown))).toMatchObject({ status: "no_version", problem: "unknown" });
  const key = modelKey("acme", old, "model.onnx");
  const graph = await h.store.get(key);
  await h.store.put(key, new Uint8Array(10));
  const broken = await h.score(why(["boots"], old));
  expect(broken).toMatchObject({ status: "no_version", problem: "unfit" });
  expect(broken.status === "no_version" && broken.detail).toContain("differs from the manifest's hash");
  expect(h.faults.map(({ subject }) => subject)).toEqual([
    `${unknown}: beside the live model`,
    `${old}: beside the live model`,
  ]);
  expect((await h.score(requestOf("acme", ["boots"]))).status).toBe("ok");
  await h.store.put(key, graph?.bytes ?? new Uint8Array(0));
  expect(await h.score(why(["boots"], old))).toMatchObject({ status: "ok", modelVersion: old });
});

it("takes no room from live models: it must fit beside them, and gives way to one that is loaded", async () => {
  const probe = harness(ENGINE, { modelsBytesMax: 1 });
  await goLive(probe.store, "acme", SHOP);
  await probe.warm("acme");
  const needed = Number(/needs (\d+) bytes/.exec(probe.faults[0]?.message ?? "")?.[1]);

  const tight = await twoVersions(ENGINE, { modelsBytesMax: needed + 100 });
  const refused = await tight.h.score(why(["boots"], tight.old));
  expect(refused).toMatchObject({ status: "no_version", problem: "unfit" });
  expect(refused.status === "no_version" && refused.detail).toMatch(/needs \d+ bytes/);
  expect(tight.h.log).toMatchObject({ loads: 1, releases: 0 });

  const { h, old } = await twoVersions(ENGINE, { modelsBytesMax: 2 * needed + 100 });
  expect((await h.score(why(["boots"], old))).status).toBe("ok");
  await goLive(h.store, "hill", SHOP);
  await h.warm("hill", T0 + S);
  expect(h.log).toMatchObject({ loads: 3, releases: 1 });
  expect((await h.score(requestOf("acme", ["boots"], { nowMs: T0 + S }))).status).toBe("ok");
  expect((await h.score(requestOf("hill", ["boots"], { nowMs: T0 + S }))).status).toBe("ok");
  // Both are live and asked for: there is no room, until one of them has been silent for minutes.
  expect((await h.score(why(["boots"], old, T0 + 2 * S))).status).toBe("no_version");
  await h.warm("acme", T0 + 6 * MINUTE);
  expect((await h.score(why(["boots"], old, T0 + 6 * MINUTE))).status).toBe("ok");
  expect((await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 6 * MINUTE }))).status).toBe("ok");
});

it("refuses a version where no reasons are asked for: the hot path knows none", async () => {
  const { h, old } = await twoVersions();
  const asked = h.score({ ...requestOf("acme", ["boots"]), version: old });
  await expect(asked).rejects.toThrow("reasons");
  h.background.length = 0;
});
