import { expect, it } from "vitest";
import type { ObjectStore } from "../../src/base/index.ts";
import { mergeOverlay, overlayKey, writeCatalog, writeOverlay } from "../../src/catalogue/index.ts";
import { modelKey, pointerKey, promote, publish } from "../../src/registry/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { createScorer } from "../../src/scoring/index.ts";
import { harness, idsOf, requestOf, T0 } from "./harness.ts";
import { contentGraph, goLive, manifestOf, SHOP } from "./tiny-model.ts";

const ENGINE = nodeEngine();
const S = 1_000;
const bytes = (text: string) => new TextEncoder().encode(text);

/** A live model whose files are whole but wrong. */
async function goLiveWith(
  store: ObjectStore,
  files: Record<string, Uint8Array<ArrayBuffer>>,
): Promise<string> {
  const { version } = await publish(store, { manifest: manifestOf("acme", SHOP, 1_000), files });
  await promote(store, "acme", version, { nowMs: 1_000 });
  return version;
}

it.each([
  [
    "bytes that are no graph",
    async () => ({ "model.onnx": bytes("no graph"), "catalog.parquet": await writeCatalog(SHOP) }),
  ],
  [
    "a catalogue that is none",
    async () => ({ "model.onnx": contentGraph(SHOP), "catalog.parquet": bytes("none") }),
  ],
  [
    "a catalogue of another size",
    async () => ({ "model.onnx": contentGraph(SHOP), "catalog.parquet": await writeCatalog(SHOP.slice(1)) }),
  ],
  [
    "a graph that cannot run",
    async () => ({ "model.onnx": contentGraph(SHOP.slice(1)), "catalog.parquet": await writeCatalog(SHOP) }),
  ],
  ["no graph at all", async () => ({ "catalog.parquet": await writeCatalog(SHOP) })],
])("keeps the old model when the new one has %s", async (_, files) => {
  const h = harness(ENGINE);
  const old = await goLive(h.store, "acme", SHOP);
  await h.warm("acme");
  const broken = await goLiveWith(h.store, await files());
  for (let t = 15; t < 300; t += 15) await h.warm("acme", T0 + t * S);
  expect(h.faults).toEqual([{ tenant: "acme", subject: broken, message: expect.any(String) }]);
  const answer = await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 301 * S }));
  expect(answer).toMatchObject({ status: "ok", modelVersion: old.version });
  const good = await goLive(h.store, "acme", SHOP, { createdAtMs: 2_000 });
  await h.warm("acme", T0 + 320 * S);
  expect(await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 321 * S }))).toMatchObject({
    modelVersion: good.version,
  });
});

it("refuses tampered files, reads them again after five minutes, and takes them once they are whole", async () => {
  const h = harness(ENGINE);
  const { version } = await goLive(h.store, "acme", SHOP);
  const key = modelKey("acme", version, "model.onnx");
  const whole = await h.store.get(key);
  await h.store.put(key, bytes("tampered"));
  await h.warm("acme");
  expect(h.faults.map(({ message }) => message)).toEqual([expect.stringContaining("hash")]);
  expect((await h.warm("acme", T0 + 15 * S)).status).toBe("cold");
  await h.store.put(key, whole?.bytes ?? new Uint8Array());
  await h.warm("acme", T0 + 290 * S);
  expect(h.log.loads).toBe(0);
  await h.warm("acme", T0 + 310 * S);
  expect((await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 311 * S }))).status).toBe("ok");
});

it("keeps overlay and model when pointer or overlay cannot be read", async () => {
  const h = harness(ENGINE);
  await goLive(h.store, "acme", SHOP);
  const overlay = mergeOverlay(null, [{ item_id: "sandals", hidden: true }], { nowMs: 1 });
  await writeOverlay(h.store, "acme", overlay, null);
  await h.warm("acme");
  await h.store.put(overlayKey("acme"), bytes("{"));
  await h.warm("acme", T0 + 15 * S);
  await h.store.put(pointerKey("acme"), bytes("{"));
  await h.warm("acme", T0 + 30 * S);
  expect(h.faults.map(({ subject }) => subject)).toEqual([overlayKey("acme"), "refresh"]);
  const answer = await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 31 * S }));
  expect(answer.status === "ok" && idsOf(answer)).toEqual(["novel", "atlas"]);
});

it("keeps an item hidden that the overlay let go of for a newer model, which cannot be served", async () => {
  const h = harness(ENGINE);
  const old = await goLive(h.store, "acme", SHOP);
  const hidden = mergeOverlay(null, [{ item_id: "sandals", hidden: true, updated_at: 5 }], { nowMs: 5 });
  const first = await writeOverlay(h.store, "acme", hidden, null);
  await h.warm("acme");
  await goLiveWith(h.store, { "model.onnx": bytes("broken"), "catalog.parquet": await writeCatalog(SHOP) });
  const pruned = mergeOverlay(null, [{ item_id: "novel", stock: 0, updated_at: 9 }], { nowMs: 9 });
  const second = await writeOverlay(h.store, "acme", pruned, first?.etag ?? null);
  await h.warm("acme", T0 + 15 * S);
  const answer = await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 16 * S }));
  expect(answer).toMatchObject({ modelVersion: old.version, overlayEtag: second?.etag });
  expect(answer.status === "ok" && idsOf(answer)).toEqual(["atlas"]);
  // A model that can be served brings its own catalogue, and begins from the overlay as it stands.
  await goLive(h.store, "acme", SHOP, { createdAtMs: 3_000 });
  await h.warm("acme", T0 + 30 * S);
  const next = await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 31 * S }));
  expect(next.status === "ok" && idsOf(next)).toEqual(["sandals", "atlas"]);
});

it("never waits longer than its sleep for a store that hangs, and tries again when the lease is over", async () => {
  const h = harness(ENGINE);
  const { version } = await goLive(h.store, "acme", SHOP);
  let hangs = false;
  const store: ObjectStore = {
    ...h.store,
    get: (key) => (hangs ? new Promise(() => undefined) : h.store.get(key)),
  };
  const slept: number[] = [];
  const scorer = createScorer({
    store,
    engine: ENGINE,
    sleep: async (durationMs) => void slept.push(durationMs),
    onFault: () => undefined,
  });
  const tasks: Promise<unknown>[] = [];
  const ask = (t: number) =>
    scorer.score(requestOf("acme", ["boots"], { nowMs: T0 + t * S }), {
      waitUntil: (task) => void tasks.push(task),
    });
  hangs = true;
  expect(await ask(0)).toEqual({ status: "cold" });
  expect(await ask(20)).toEqual({ status: "cold" });
  expect(tasks).toHaveLength(1);
  hangs = false;
  expect(await ask(30)).toEqual({ status: "cold" });
  expect(tasks).toHaveLength(2);
  await tasks[1];
  expect(await ask(31)).toMatchObject({ status: "ok", modelVersion: version });

  hangs = true;
  slept.length = 0;
  expect((await ask(59)).status).toBe("ok");
  expect(slept).toEqual([]);
  expect((await ask(61)).status).toBe("ok");
  expect(slept).toEqual([20]);
});
