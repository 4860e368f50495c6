import { expect, it } from "vitest";
import type { Engine } from "../../src/base/index.ts";
import { mergeOverlay, writeOverlay } from "../../src/catalogue/index.ts";
import { rollback } from "../../src/registry/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { harness, idsOf, requestOf, T0 } from "./harness.ts";
import { goLive, SHOP } from "./tiny-model.ts";

const ENGINE = nodeEngine();
const S = 1_000;

it("answers cold at once, and a thousand requests at once start one load", async () => {
  const h = harness(ENGINE);
  const { version } = await goLive(h.store, "acme", SHOP);
  h.store.calls.length = 0;
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, () => h.score(requestOf("acme", ["boots"]))),
  );
  expect(answers.every(({ status }) => status === "cold")).toBe(true);
  await h.settle();
  expect(h.log.loads).toBe(1);
  const reads = h.store.calls.map(({ kind, key }) => `${kind} ${key.split("/").at(-1)}`);
  expect(reads.sort()).toEqual([
    "etag acme.json",
    "get catalog.parquet",
    "get current.json",
    "get manifest.json",
    "get model.onnx",
  ]);
  expect(await h.score(requestOf("acme", ["boots"]))).toMatchObject({ status: "ok", modelVersion: version });
});

it("waits for its model to explain a list: people would have to ask again", async () => {
  const h = harness(ENGINE);
  const { version } = await goLive(h.store, "acme", SHOP);
  const why = { ...requestOf("acme", ["boots"]), explain: true };
  const answers = await Promise.all([h.score(why), h.score(requestOf("acme", ["boots"])), h.score(why)]);
  expect(answers.map(({ status }) => status)).toEqual(["ok", "cold", "ok"]);
  expect(answers[0]).toMatchObject({ modelVersion: version });
  expect(h.log.loads).toBe(1);
  // There is nothing to wait for.
  expect(await h.score({ ...requestOf("hill", ["boots"]), explain: true })).toEqual({ status: "no_model" });
});

it("reads nothing and allocates nothing of the catalogue's size when warm", async () => {
  const h = harness(ENGINE);
  await goLive(h.store, "acme", SHOP);
  await h.warm("acme");
  h.store.calls.length = 0;
  h.log.runs.length = 0;
  for (let i = 0; i < 50; i++) {
    const answer = await h.score(requestOf("acme", ["boots"], { nowMs: T0 + i, fields: ["title"] }));
    expect(answer.status).toBe("ok");
  }
  expect(h.store.calls).toEqual([]);
  expect(h.background).toEqual([]);
  expect(new Set(h.log.runs.map(({ bias }) => bias?.data)).size).toBe(1);
  expect(new Set(h.log.runs.map(({ late_features }) => late_features)).size).toBe(1);
});

it("tells a tenant without a model, and finds its first model within a poll", async () => {
  const h = harness(ENGINE);
  expect(await h.warm("acme")).toEqual({ status: "cold" });
  expect(await h.warm("acme", T0 + 1)).toEqual({ status: "no_model" });
  await goLive(h.store, "acme", SHOP);
  await h.warm("acme", T0 + 14 * S);
  expect(h.log.loads).toBe(0);
  await h.warm("acme", T0 + 15 * S);
  expect((await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 16 * S }))).status).toBe("ok");
});

it("swaps to a new version in the background, and releases the old one after its last run", async () => {
  const { engine, hold } = holdable(ENGINE);
  const h = harness(engine);
  const old = await goLive(h.store, "acme", SHOP);
  await h.warm("acme");
  const next = await goLive(h.store, "acme", SHOP.slice(0, 4), { createdAtMs: 1_000 });

  const release = hold();
  const underWay = h.score(requestOf("acme", ["boots"], { nowMs: T0 + 1 }));
  expect(h.log.runs).toHaveLength(2);
  release.later();
  const before = await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 15 * S }));
  expect(before).toMatchObject({ status: "ok", modelVersion: old.version });
  await h.settle();
  const after = await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 16 * S }));
  expect(after).toMatchObject({ status: "ok", modelVersion: next.version });
  expect(h.log.releases).toBe(0);
  release.now();
  expect(await underWay).toMatchObject({ status: "ok", modelVersion: old.version });
  expect(h.log.releases).toBe(1);
  expect(h.log.loads).toBe(2);
});

it("follows a roll-back", async () => {
  const h = harness(ENGINE);
  const old = await goLive(h.store, "acme", SHOP);
  await goLive(h.store, "acme", SHOP.slice(0, 4), { createdAtMs: 1_000 });
  await h.warm("acme");
  await rollback(h.store, "acme", { nowMs: 2_000 });
  await h.warm("acme", T0 + 15 * S);
  expect(await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 16 * S }))).toMatchObject({
    modelVersion: old.version,
  });
});

it("stops answering when the live model is taken away", async () => {
  const h = harness(ENGINE);
  await goLive(h.store, "acme", SHOP);
  await h.warm("acme");
  await h.store.delete(["models/acme/current.json"]);
  await h.warm("acme", T0 + 15 * S);
  expect(await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 16 * S }))).toEqual({ status: "no_model" });
  expect(h.log.releases).toBe(1);
});

it("notices an edit with the next poll, and rereads the overlay only when its etag changed", async () => {
  const h = harness(ENGINE);
  await goLive(h.store, "acme", SHOP);
  const overlayOf = (stock: number) =>
    mergeOverlay(null, [{ item_id: "sandals", stock, updated_at: stock }], { nowMs: stock });
  const first = await writeOverlay(h.store, "acme", overlayOf(1), null);
  await h.warm("acme");
  await h.warm("acme", T0 + 15 * S);
  expect(h.store.calls.filter(({ kind, key }) => kind === "get" && key.startsWith("overlay/"))).toHaveLength(
    1,
  );

  const second = await writeOverlay(h.store, "acme", overlayOf(0), first?.etag ?? null);
  await h.warm("acme", T0 + 30 * S);
  const answer = await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 31 * S }));
  expect(answer).toMatchObject({ status: "ok", overlayEtag: second?.etag });
  expect(answer.status === "ok" && idsOf(answer)).toEqual(["novel", "atlas"]);
  expect(h.log.loads).toBe(1);

  await h.store.delete(["overlay/acme.json"]);
  await h.warm("acme", T0 + 45 * S);
  expect(await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 46 * S }))).toMatchObject({
    overlayEtag: null,
  });
});

it("looks at the overlay every five seconds, and at the pointer every fifteen", async () => {
  const h = harness(ENGINE);
  await goLive(h.store, "acme", SHOP);
  await h.warm("acme");
  h.store.calls.length = 0;
  const hidden = [{ item_id: "sandals", hidden: true, updated_at: 1 }];
  await writeOverlay(h.store, "acme", mergeOverlay(null, hidden, { nowMs: 1 }), null);
  await h.warm("acme", T0 + 5 * S - 1);
  await h.warm("acme", T0 + 5 * S);
  const answer = await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 6 * S }));
  expect(answer.status === "ok" && idsOf(answer)).toEqual(["novel", "atlas"]);
  await h.warm("acme", T0 + 10 * S);
  const read = (key: string) => h.store.calls.filter((call) => call.key === key).map(({ kind }) => kind);
  expect(read("models/acme/current.json")).toEqual([]);
  await h.warm("acme", T0 + 15 * S);
  expect(read("models/acme/current.json")).toEqual(["get"]);
  expect(read("overlay/acme.json").filter((kind) => kind === "etag")).toHaveLength(3);
});

it("after a long rest waits for the overlay, so that the first answer knows the edit", async () => {
  const h = harness(ENGINE);
  await goLive(h.store, "acme", SHOP);
  await h.warm("acme");
  const hidden = [{ item_id: "sandals", hidden: true, updated_at: 1 }];
  await writeOverlay(h.store, "acme", mergeOverlay(null, hidden, { nowMs: 1 }), null);
  const answer = await h.score(requestOf("acme", ["boots"], { nowMs: T0 + 31 * S }));
  expect(answer.status === "ok" && idsOf(answer)).toEqual(["novel", "atlas"]);
});

/** An engine whose next run can be held back. */
function holdable(inner: Engine) {
  let gate: Promise<void> | null = null;
  let open = () => {};
  return {
    hold() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return {
        /** Runs that begin from here on are not held. */
        later: () => {
          gate = null;
        },
        now: () => open(),
      };
    },
    engine: {
      async load(model: Uint8Array) {
        const session = await inner.load(model);
        return {
          release: () => session.release(),
          async run(feeds: Parameters<typeof session.run>[0]) {
            await gate;
            return session.run(feeds);
          },
        };
      },
    },
  };
}
