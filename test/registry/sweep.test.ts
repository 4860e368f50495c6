import { describe, expect, it } from "vitest";
import { DAY_MS, listAll, type ObjectStore } from "../../src/base/index.ts";
import {
  listVersions,
  modelKey,
  partFileName,
  promote,
  publish,
  readManifest,
  readPointer,
  rollback,
  sweepVersions,
  unpin,
} from "../../src/registry/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { artifactOf, bytesOf } from "./artifacts.ts";

const LATER = { nowMs: 2 * DAY_MS };

async function published(store: ObjectStore, count: number): Promise<string[]> {
  const versions: string[] = [];
  for (let i = 0; i < count; i++) {
    versions.push((await publish(store, artifactOf(`${i}`, { createdAtMs: i * 1_000 }))).version);
  }
  return versions;
}

describe("the sweep of versions", () => {
  it("leaves the live one, those to roll back to, and the newest five", async () => {
    const store = memoryObjectStore();
    const versions = await published(store, 14);
    // The live one and its five predecessors are old; the newest five were never promoted.
    for (const version of versions.slice(0, 8)) await promote(store, "acme", version, { nowMs: 1 });
    expect(await sweepVersions(store, "acme", LATER)).toEqual([versions[0], versions[1], versions[8]]);
    const left = [...versions.slice(2, 8), ...versions.slice(9)];
    expect(await listVersions(store, "acme")).toEqual(left.toReversed());
    const keys: string[] = [];
    for await (const { key } of listAll(store, "models/")) keys.push(key);
    // Three files of each version, and the pointer.
    expect(keys).toHaveLength(3 * left.length + 1);
    expect(await sweepVersions(store, "acme", LATER)).toEqual([]);
  });

  it("leaves what the guardrails took back as long as its pin holds", async () => {
    const store = memoryObjectStore();
    const [a = "", b = ""] = await published(store, 7);
    for (const version of [a, b]) await promote(store, "acme", version, { nowMs: 1 });
    await rollback(store, "acme", { nowMs: 1, because: { version: b, reason: "errors" } });
    expect(await sweepVersions(store, "acme", LATER)).toEqual([]);
    await unpin(store, "acme");
    expect(await sweepVersions(store, "acme", LATER)).toEqual([b]);
  });

  it("leaves what is young, and other tenants alone", async () => {
    const store = memoryObjectStore();
    await published(store, 7);
    const other = await publish(store, artifactOf("x", { tenant: "acme2" }));
    expect(await sweepVersions(store, "acme", { nowMs: DAY_MS - 1 })).toEqual([]);
    expect(await sweepVersions(store, "acme", LATER)).toHaveLength(2);
    expect(await readManifest(store, "acme2", other.version)).not.toBeNull();
  });

  it("finishes what an earlier sweep has begun", async () => {
    const store = memoryObjectStore();
    const [first = ""] = await published(store, 6);
    await store.delete([modelKey("acme", first, "manifest.json")]);
    expect(await sweepVersions(store, "acme", LATER)).toEqual([first]);
    expect(await store.get(modelKey("acme", first, "model.onnx"))).toBeNull();
  });

  it("takes a version's parts with it", async () => {
    const store = memoryObjectStore();
    const parts = { [partFileName("published", "walk")]: async () => bytesOf("learned") };
    const { version } = await publish(store, { ...artifactOf("x", { createdAtMs: 0 }), parts });
    await published(store, 6);
    expect(await sweepVersions(store, "acme", LATER)).toContain(version);
    for await (const { key } of listAll(store, "models/")) expect(key).not.toContain(version);
  });

  it("never takes a version that is promoted at the same moment", async () => {
    for (const moment of ["before the manifest goes", "after"]) {
      const store = memoryObjectStore();
      const [first = ""] = await published(store, 6);
      let promotion: Promise<unknown> | undefined;
      const swept = await sweepVersions(
        {
          ...store,
          async delete(keys) {
            const promoteNow = async () => (promotion ??= promote(store, "acme", first, { nowMs: 1 }));
            if (moment !== "after") await promoteNow();
            await store.delete(keys);
            if (moment === "after") await promoteNow();
          },
        },
        "acme",
        LATER,
      );
      const live = (await readPointer(store, "acme"))?.pointer.version;
      expect([live ?? null, swept], moment).toEqual(moment === "after" ? [null, [first]] : [first, []]);
      if (live !== undefined) expect(await readManifest(store, "acme", live)).not.toBeNull();
    }
  });
});
