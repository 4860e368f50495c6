import { expect, it } from "vitest";
import {
  listVersions,
  modelKey,
  partFileName,
  promote,
  publish,
  readArtifactFile,
  readManifest,
  versionName,
} from "../../src/registry/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { artifactOf, bytesOf } from "./artifacts.ts";

it("names versions so that they sort by time", () => {
  expect(versionName(Date.UTC(2026, 10, 21, 15, 9, 54, 321), "1a2b3c4d5e")).toBe("20261121T150954Z-1a2b3c4d");
  expect(versionName(0, "ffffffff") < versionName(1_000, "00000000")).toBe(true);
});

it("publishes files with their hashes, the manifest last", async () => {
  const store = memoryObjectStore();
  const manifest = await publish(store, artifactOf("one"));
  expect(Object.keys(manifest.hashes)).toEqual(["catalog.parquet", "model.onnx"]);
  expect(await readManifest(store, "acme", manifest.version)).toEqual(manifest);
  const file = await readArtifactFile(store, manifest, "model.onnx");
  expect(file.ok && new TextDecoder().decode(file.value)).toBe("graph one");
  const puts = store.calls.filter(({ kind }) => kind === "put").map(({ key }) => key);
  expect(puts.at(-1)).toBe(modelKey("acme", manifest.version, "manifest.json"));
});

it("continues a publication that was cut off, and repeats a whole one without writing", async () => {
  const store = memoryObjectStore();
  const first = await publish(store, artifactOf("one"));
  await store.delete([modelKey("acme", first.version, "manifest.json")]);
  expect(await listVersions(store, "acme")).toEqual([]);
  const writes = () => store.calls.filter(({ kind }) => kind === "put").length;
  const before = writes();
  expect(await publish(store, artifactOf("one"))).toEqual(first);
  expect(writes()).toBe(before + 1);
  await publish(store, artifactOf("one"));
  expect(writes()).toBe(before + 1);
});

it("never overwrites a file that differs", async () => {
  const store = memoryObjectStore();
  const { version } = await publish(store, artifactOf("one"));
  const key = modelKey("acme", version, "model.onnx");
  await store.put(key, bytesOf("other"));
  await expect(publish(store, artifactOf("one"))).rejects.toThrow("other bytes");
  expect(new TextDecoder().decode((await store.get(key))?.bytes)).toBe("other");
});

it("lists a tenant's versions, newest first, and only whole ones", async () => {
  const store = memoryObjectStore();
  const older = await publish(store, artifactOf("one", { createdAtMs: 1_000 }));
  const newer = await publish(store, artifactOf("two", { createdAtMs: 2_000 }));
  await publish(store, artifactOf("three", { tenant: "acme2" }));
  await store.put("models/acme/current.json", bytesOf("{}"));
  await store.put(modelKey("acme", "unfinished", "model.onnx"), bytesOf("x"));
  expect(await listVersions(store, "acme")).toEqual([newer.version, older.version]);
});

it("refuses manifests of another tenant or version, and broken ones", async () => {
  const store = memoryObjectStore();
  const manifest = await publish(store, artifactOf("one"));
  const copy = bytesOf(JSON.stringify(manifest));
  await store.put(modelKey("other", manifest.version, "manifest.json"), copy);
  await store.put(modelKey("acme", "20990101T000000Z-00000000", "manifest.json"), copy);
  await store.put(modelKey("acme", "broken", "manifest.json"), bytesOf("{"));
  expect(await readManifest(store, "other", manifest.version)).toBeNull();
  expect(await readManifest(store, "acme", "20990101T000000Z-00000000")).toBeNull();
  expect(await readManifest(store, "acme", "broken")).toBeNull();
  expect(await readManifest(store, "acme", "absent")).toBeNull();
});

it("keeps parts beside the files, one at a time: they name no version, and are read by their hash", async () => {
  const store = memoryObjectStore();
  const plain = await publish(memoryObjectStore(), artifactOf("one"));
  let held = 0;
  const part = (text: string) => async () => {
    const bytes = bytesOf(text);
    expect(++held).toBe(store.calls.filter(({ key }) => key.includes("/parts/")).length + 1);
    return bytes;
  };
  const name = partFileName("evaluated", "walk");
  const parts = { [name]: part("learned"), [partFileName("published", "walk")]: part("more") };
  const manifest = await publish(store, {
    ...artifactOf("one"),
    parts: { ...parts, none: async () => null },
  });
  expect(manifest.version).toBe(plain.version);
  expect(Object.keys(manifest.parts ?? {})).toEqual(Object.keys(parts));
  const read = await readArtifactFile(store, manifest, name);
  expect(read.ok && new TextDecoder().decode(read.value)).toBe("learned");
  await store.put(modelKey("acme", manifest.version, name), bytesOf("other"));
  expect(await readArtifactFile(store, manifest, name)).toMatchObject({ ok: false });
  // Serving reads nothing of them: the version may go live all the same.
  expect((await promote(store, "acme", manifest.version, { nowMs: 1 })).ok).toBe(true);
});
