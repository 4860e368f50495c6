import { expect, it } from "vitest";
import type { ObjectStore } from "../../src/base/index.ts";
import { pointerKey, promote, publish, readPointer, rollback, unpin } from "../../src/registry/index.ts";
import { artifactOf } from "../registry/artifacts.ts";

const NOW = { nowMs: 1_000 };

/** Versions a second apart, each of a recipe with such a weight. */
async function publishRecipes(store: ObjectStore, weights: readonly number[], fromMs = 0): Promise<string[]> {
  const versions: string[] = [];
  for (const contentWeight of weights) {
    const createdAtMs = fromMs + versions.length * 1_000;
    const artifact = artifactOf(`${createdAtMs}`, { createdAtMs });
    const manifest = { ...artifact.manifest, recipe: { parts: [], contentWeight } };
    versions.push((await publish(store, { ...artifact, manifest })).version);
  }
  return versions;
}

/** Which versions follow which: a part of the pointer's contract. */
export function courseContract(make: () => Promise<ObjectStore> | ObjectStore): void {
  it("keeps where the course of one recipe began and what was before it, and rolls back past all of it", async () => {
    const store = await make();
    const [a = "", b = "", ...renewals] = await publishRecipes(store, [1, 2, 2, 2, 2, 2, 2, 2]);
    expect(await promote(store, "acme", a, { nowMs: 1_000 })).toMatchObject({ ok: true });
    const begun = await promote(store, "acme", b, { nowMs: 2_000 });
    const course = { sinceMs: 2_000, before: { version: a, sinceMs: 1_000 } };
    expect(begun.ok && begun.value.course).toEqual(course);
    for (const version of renewals) await promote(store, "acme", version, { nowMs: 3_000 });
    const [, c, d, e, f, g] = renewals;
    const live = (await readPointer(store, "acme"))?.pointer;
    expect(live).toMatchObject({ version: g, previous: [f, e, d, c, a], course });
    const [other = ""] = await publishRecipes(store, [3], 9_000);
    const next = await promote(store, "acme", other, { nowMs: 4_000 });
    expect(next.ok && next.value.course).toEqual({
      sinceMs: 4_000,
      before: { version: g, sinceMs: 2_000 },
    });
    expect(next.ok && next.value.previous).toEqual([g, f, e, d, c]);
    const one = await rollback(store, "acme", { ...NOW, ofCourse: true });
    expect(one.ok && [one.value.version, one.value.course]).toEqual([g, { sinceMs: 1_000 }]);
    await store.put(pointerKey("acme"), new TextEncoder().encode(JSON.stringify(live)));
    const back = await rollback(store, "acme", { ...NOW, ofCourse: true });
    expect(back).toEqual({
      ok: true,
      value: {
        ...{ v: 1, version: a, promotedAtMs: 1_000, pinned: true, previous: [] },
        course: { sinceMs: 1_000 },
      },
    });
  });

  it("knows since when a recipe has been live that renewals keep: of the first, after a roll-back, of an older pointer", async () => {
    const store = await make();
    const [a = "", a2 = "", a3 = "", b = "", b2 = "", a4 = ""] = await publishRecipes(
      store,
      [1, 1, 1, 2, 2, 1],
    );
    const move = async (version: string, nowMs: number) => {
      const moved = await promote(store, "acme", version, { nowMs });
      return moved.ok ? moved.value : null;
    };
    expect((await move(a, 1_000))?.course).toEqual({ sinceMs: 1_000 });
    expect((await move(a2, 2_000))?.course).toEqual({ sinceMs: 1_000 });
    expect((await move(b, 3_000))?.course).toEqual({
      sinceMs: 3_000,
      before: { version: a2, sinceMs: 1_000 },
    });
    await rollback(store, "acme", { nowMs: 4_000 });
    await unpin(store, "acme");
    expect((await move(a3, 5_000))?.course).toEqual({ sinceMs: 4_000 });
    expect((await move(b2, 6_000))?.course?.before).toEqual({ version: a3, sinceMs: 4_000 });
    const older = { v: 1, version: a3, promotedAtMs: 7_000, pinned: false, previous: [a] };
    await store.put(pointerKey("acme"), new TextEncoder().encode(JSON.stringify(older)));
    expect((await move(a4, 8_000))?.course).toEqual({ sinceMs: 7_000 });
    expect((await move(b, 9_000))?.course?.before).toEqual({ version: a4, sinceMs: 7_000 });
  });

  it("is not freed by the very recipe that was taken back, however superior; by another, or by hand, it is", async () => {
    const store = await make();
    const [a = "", b = "", b2 = "", b3 = "", c = ""] = await publishRecipes(store, [1, 2, 2, 2, 3]);
    await promote(store, "acme", a, NOW);
    await promote(store, "acme", b, NOW);
    const because = { version: b, reason: "clicked less" };
    const taken = await rollback(store, "acme", { ...NOW, because, ofCourse: true });
    expect(taken.ok && taken.value.takenBack?.version).toBe(b);
    const back = await promote(store, "acme", b2, { ...NOW, isSuperior: true });
    expect(back).toEqual({
      ok: false,
      error: {
        code: "pinned",
        message: `the pointer is pinned to ${a}: ${b2} is of the recipe of ${b}, which was taken back`,
      },
    });
    const held = await readPointer(store, "acme");
    const other = await promote(store, "acme", c, { ...NOW, isSuperior: true });
    expect(other.ok && [other.value.version, other.value.pinned]).toEqual([c, false]);
    for (const byHand of [true, false]) {
      await store.put(pointerKey("acme"), new TextEncoder().encode(JSON.stringify(held?.pointer)));
      if (!byHand) await unpin(store, "acme");
      const again = await promote(store, "acme", b3, { ...NOW, byHand });
      expect(again.ok && [again.value.version, again.value.pinned]).toEqual([b3, byHand]);
    }
  });

  it("replaces only the version that it is told to expect", async () => {
    const store = await make();
    const [a = "", b = "", c = ""] = await publishRecipes(store, [1, 2, 3]);
    expect((await promote(store, "acme", a, { ...NOW, expected: null })).ok).toBe(true);
    expect((await promote(store, "acme", b, { ...NOW, expected: a })).ok).toBe(true);
    for (const [expected, said] of [
      [a, `it was to replace ${a}, and ${b} is live by now`],
      [null, `it was to replace no version, and ${b} is live by now`],
    ] as const) {
      const late = await promote(store, "acme", c, { ...NOW, expected });
      expect(late).toEqual({ ok: false, error: { code: "conflict", message: said } });
    }
    expect((await readPointer(store, "acme"))?.pointer.version).toBe(b);
    // Said once more after its answer was lost.
    expect((await promote(store, "acme", b, { ...NOW, expected: a })).ok).toBe(true);
  });
}
