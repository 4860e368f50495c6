import { beforeAll, describe, expect, it } from "vitest";
import type { ObjectStore } from "../../src/base/index.ts";
import { readTogether, readVectors } from "../../src/catalogue/index.ts";
import { type Manifest, modelKey, readArtifactFile, readManifest } from "../../src/registry/index.ts";
import { canary } from "../../src/retraining/canary.ts";
import { retrain } from "../../src/retraining/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop, makeCurrent } from "./landed.ts";
import { params, ports, published, SHOP, steps } from "./runs.ts";
import { shopEvents } from "./shop-events.ts";

async function fileOf(
  store: ObjectStore,
  manifest: Manifest,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = await readArtifactFile(store, manifest, name);
  if (!file.ok) throw new Error(file.error);
  return file.value;
}

/** A shop of one type of event, too small for more than popularity. */
async function shopOf(type: string): Promise<ObjectStore> {
  const store = memoryObjectStore();
  const { events, items } = shopEvents(SHOP);
  await landShop(store, { events: events.map((event) => ({ ...event, type })), items });
  await makeCurrent(store);
  return store;
}

async function live(store: ObjectStore): Promise<Manifest> {
  const { version } = published(await retrain(ports(store), params(), steps()));
  return (await readManifest(store, "shop", version)) as Manifest;
}

describe("a published model", { timeout: 120_000 }, () => {
  let store: ObjectStore;
  let manifest: Manifest;
  beforeAll(async () => {
    store = await shopOf("purchase");
    manifest = await live(store);
  }, 120_000);

  it("says how alike its items are: those that follow each other are, those far apart are not", async () => {
    const vectors = readVectors(await fileOf(store, manifest, "vectors.bin"));
    if (!vectors.ok) throw new Error(vectors.error);
    const { count, cosine } = vectors.value;
    expect(count).toBe(60);
    const mean = (distance: number) =>
      Array.from({ length: 60 }, (_, item) => cosine(item, (item + distance) % 60)).reduce(
        (a, b) => a + b,
        0,
      ) / 60;
    expect(mean(1)).toBeGreaterThan(0.5);
    expect(mean(30)).toBeLessThan(0.05);
  });

  it("says what is bought together: neighbours in the shop's chains", async () => {
    const together = readTogether(await fileOf(store, manifest, "together.bin"));
    if (!together.ok) throw new Error(together.error);
    const lists = Array.from({ length: 60 }, (_, item) => together.value.neighboursOf(item));
    expect(lists.filter((list) => list.length > 0).length).toBeGreaterThan(30);
    const distances = lists.flatMap((list, item) =>
      list.slice(0, 1).map(({ index }) => Math.min((index - item + 60) % 60, (item - index + 60) % 60)),
    );
    expect(distances.filter((distance) => distance < 12).length / distances.length).toBeGreaterThan(0.9);
  });

  it("fails its canary when one of the files is not what it was, or of other items", async () => {
    const say = (change: Partial<Manifest>) =>
      store.put(
        modelKey("shop", manifest.version, "manifest.json"),
        new TextEncoder().encode(JSON.stringify({ ...manifest, ...change })),
      );
    const flaw = (reason: string) => ({ reason, isTimed: false });
    expect(await canary(ports(store), manifest)).toBeNull();
    let nowMs = 0;
    const slow = { ...ports(store), clock: () => (nowMs += 2_000) };
    const held = { reason: "an answer takes 100 ms, and may take 50 ms", isTimed: true };
    expect(await canary(slow, manifest)).toEqual(held);
    await say({ itemCount: 61 });
    expect(await canary(ports(store), manifest)).toEqual(
      flaw("its catalogue has 60 items, its manifest says 61"),
    );
    const key = modelKey("shop", manifest.version, "vectors.bin");
    await store.put(key, (await fileOf(store, manifest, "vectors.bin")).subarray(0, -1));
    await say({});
    expect(await canary(ports(store), manifest)).toEqual(flaw(`${key} differs from the manifest's hash`));
    const { "vectors.bin": _vectors, "together.bin": _together, ...hashes } = manifest.hashes;
    await say({ hashes });
    expect(await canary(ports(store), manifest)).toBeNull();
  });
});

it("has no word of what is bought together where nothing is bought", { timeout: 120_000 }, async () => {
  const manifest = await live(await shopOf("view"));
  expect(manifest.learner).toBe("popularity");
  expect(Object.keys(manifest.hashes)).toEqual([
    "catalog.parquet",
    "golden.json",
    "model.onnx",
    "vectors.bin",
  ]);
});
