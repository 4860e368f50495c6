import { expect, it } from "vitest";
import type { ObjectStore } from "../../src/base/index.ts";
import { modelKey, promote, publish, readPointer, rollback, unpin } from "../../src/registry/index.ts";
import { artifactOf } from "../registry/artifacts.ts";
import { courseContract } from "./pointer-course.ts";

const NOW = { nowMs: 1_000 };

async function publishMany(store: ObjectStore, count: number): Promise<string[]> {
  const versions: string[] = [];
  for (let i = 0; i < count; i++) {
    versions.push((await publish(store, artifactOf(`${i}`, { createdAtMs: i * 1_000 }))).version);
  }
  return versions;
}

/** Holds every write of the pointer back until `count` of them are there: all have read before any writes. */
function meetingAtThePointer(store: ObjectStore, count: number): ObjectStore {
  let arrived = 0;
  let open: () => void = () => {};
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    ...store,
    async put(key, bytes, condition) {
      if (++arrived === count) open();
      await all;
      return store.put(key, bytes, condition);
    },
  };
}

/** What the pointer must do on any object store; `make` gives an empty one. */
export function pointerContract(make: () => Promise<ObjectStore> | ObjectStore): void {
  it("promotes, keeps the last five, and changes nothing when the version is live", async () => {
    const store = await make();
    const versions = await publishMany(store, 8);
    expect(await readPointer(store, "acme")).toBeNull();
    for (const version of versions) expect((await promote(store, "acme", version, NOW)).ok).toBe(true);
    const live = await readPointer(store, "acme");
    expect(live?.pointer).toEqual({
      v: 1,
      version: versions[7],
      promotedAtMs: 1_000,
      pinned: false,
      previous: [6, 5, 4, 3, 2].map((i) => versions[i]),
    });
    const again = await promote(store, "acme", versions[7] ?? "", { nowMs: 2_000 });
    expect(again).toEqual({ ok: true, value: live?.pointer });
    expect((await readPointer(store, "acme"))?.etag).toBe(live?.etag);
  });

  it("refuses a version that is not whole", async () => {
    const store = await make();
    const [version = ""] = await publishMany(store, 1);
    const key = modelKey("acme", version, "model.onnx");
    const whole = await store.get(key);
    await store.put(key, new TextEncoder().encode("tampered"));
    const tampered = await promote(store, "acme", version, NOW);
    expect(!tampered.ok && tampered.error.code).toBe("broken_version");
    await store.delete([key]);
    const missing = await promote(store, "acme", version, NOW);
    expect(!missing.ok && missing.error.message).toContain("is missing");
    const unknown = await promote(store, "acme", "nothing", NOW);
    expect(!unknown.ok && unknown.error.code).toBe("unknown_version");
    expect(await readPointer(store, "acme")).toBeNull();
    await store.put(key, whole?.bytes ?? new Uint8Array());
    expect((await promote(store, "acme", version, NOW)).ok).toBe(true);
  });

  it("lets exactly one of many promoters at once win, and loses no version from the way back", async () => {
    const store = await make();
    const [base = "", ...rivals] = await publishMany(store, 6);
    await promote(store, "acme", base, NOW);
    const racing = meetingAtThePointer(store, rivals.length);
    const results = await Promise.all(rivals.map((version) => promote(racing, "acme", version, NOW)));
    const [winner, ...others] = results.filter((result) => result.ok);
    expect(others).toEqual([]);
    expect(results.filter((result) => !result.ok && result.error.code === "conflict")).toHaveLength(4);
    const { pointer } = (await readPointer(store, "acme")) ?? {};
    expect(pointer).toEqual(winner?.value);
    expect(pointer?.previous).toEqual([base]);
  });

  it("lets exactly one of two first promoters win", async () => {
    const store = await make();
    const [a = "", b = ""] = await publishMany(store, 2);
    const racing = meetingAtThePointer(store, 2);
    const results = await Promise.all([promote(racing, "acme", a, NOW), promote(racing, "acme", b, NOW)]);
    const [winner, ...others] = results.filter((result) => result.ok);
    expect(others).toEqual([]);
    expect((await readPointer(store, "acme"))?.pointer).toEqual(winner?.value);
  });

  it("rolls back further each time, pins, and is moved by hand only until unpinned", async () => {
    const store = await make();
    const [a = "", b = "", c = "", d = ""] = await publishMany(store, 4);
    for (const version of [a, b, c]) await promote(store, "acme", version, NOW);
    const back = await rollback(store, "acme", NOW);
    expect(back.ok && [back.value.version, back.value.pinned, back.value.previous]).toEqual([b, true, [a]]);
    const retrain = await promote(store, "acme", d, NOW);
    expect(!retrain.ok && retrain.error.code).toBe("pinned");
    const further = await rollback(store, "acme", NOW);
    expect(further.ok && further.value.version).toBe(a);
    const end = await rollback(store, "acme", NOW);
    expect(!end.ok && end.error.code).toBe("no_previous");
    const byHand = await promote(store, "acme", c, { ...NOW, byHand: true });
    expect(byHand.ok && [byHand.value.version, byHand.value.pinned]).toEqual([c, true]);
    expect((await unpin(store, "acme")).ok).toBe(true);
    const promoted = await promote(store, "acme", d, NOW);
    expect(promoted.ok && [promoted.value.pinned, promoted.value.previous]).toEqual([false, [c, a]]);
  });

  it("is pinned by a promotion by hand, of what is live already too, until unpinned", async () => {
    const store = await make();
    const [a = "", b = "", c = ""] = await publishMany(store, 3);
    for (const version of [a, b]) await promote(store, "acme", version, NOW);
    const live = (await readPointer(store, "acme"))?.pointer;
    const held = await promote(store, "acme", b, { nowMs: 2_000, byHand: true });
    expect(held).toEqual({ ok: true, value: { ...live, pinned: true } });
    expect((await readPointer(store, "acme"))?.pointer).toEqual({ ...live, pinned: true });
    await unpin(store, "acme");
    const byHand = await promote(store, "acme", a, { nowMs: 2_000, byHand: true });
    expect(byHand.ok && byHand.value).toMatchObject({ version: a, pinned: true, promotedAtMs: 2_000 });
    const retrain = await promote(store, "acme", c, { ...NOW, isSuperior: true });
    expect(!retrain.ok && retrain.error.code).toBe("pinned");
    await unpin(store, "acme");
    expect((await promote(store, "acme", c, NOW)).ok).toBe(true);
  });

  it("is taken back by the guardrails until a superior version comes; by hand until unpinned", async () => {
    const store = await make();
    const [a = "", b = "", c = "", d = ""] = await publishMany(store, 4);
    for (const version of [a, b]) await promote(store, "acme", version, NOW);
    const late = await rollback(store, "acme", { ...NOW, because: { version: a, reason: "errors" } });
    expect(!late.ok && late.error.code).toBe("conflict");
    const back = await rollback(store, "acme", { ...NOW, because: { version: b, reason: "errors" } });
    expect(back.ok && back.value).toMatchObject({
      version: a,
      pinned: true,
      takenBack: { version: b, reason: "errors", atMs: 1_000 },
    });
    const renewed = await promote(store, "acme", c, NOW);
    expect(!renewed.ok && renewed.error.code).toBe("pinned");
    const superior = await promote(store, "acme", c, { ...NOW, isSuperior: true });
    expect(superior.ok && superior.value).toEqual({
      v: 1,
      version: c,
      promotedAtMs: 1_000,
      pinned: false,
      previous: [a],
    });
    await rollback(store, "acme", NOW);
    const byHand = await promote(store, "acme", d, { ...NOW, isSuperior: true });
    expect(!byHand.ok && byHand.error.code).toBe("pinned");
  });

  courseContract(make);

  it("has nothing to roll back or unpin without a pointer", async () => {
    const store = await make();
    for (const result of [await rollback(store, "acme", NOW), await unpin(store, "acme")]) {
      expect(!result.ok && result.error.code).toBe("no_pointer");
    }
  });
}
