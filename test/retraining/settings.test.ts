import { describe, expect, it } from "vitest";
import type { ObjectStore } from "../../src/base/index.ts";
import { SETTINGS_DEFAULT, type TrainingSettings } from "../../src/registry/index.ts";
import { noticeSettings, putSettings, readSettings, settingsKey } from "../../src/retraining/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

const write = (store: ObjectStore, text: string) =>
  store.put(settingsKey("shop"), new TextEncoder().encode(text));

/** Notices, and says which runs were started. */
async function notice(store: ObjectStore): Promise<{ started: TrainingSettings[]; error: string | null }> {
  const started: TrainingSettings[] = [];
  const { error } = await noticeSettings(store, "shop", async (settings) => started.push(settings));
  return { started, error };
}

describe("the parameter file", () => {
  it("starts one run when a new version comes, and is in force from then on", async () => {
    const store = memoryObjectStore();
    expect(await notice(store)).toEqual({ started: [], error: null });
    expect((await readSettings(store, "shop")).settings).toEqual(SETTINGS_DEFAULT);
    await write(store, '{"version": 3, "budgetSeconds": 600, "schedule": "off"}');
    const settings = { ...SETTINGS_DEFAULT, version: 3, budgetSeconds: 600, schedule: "off" };
    expect(await notice(store)).toEqual({ started: [settings], error: null });
    expect(await notice(store)).toEqual({ started: [], error: null });
    expect((await readSettings(store, "shop")).settings).toEqual(settings);
    expect((await readSettings(store, "other")).settings).toEqual(SETTINGS_DEFAULT);
  });

  it("stays out of force when it cannot be taken, and the state says why", async () => {
    const store = memoryObjectStore();
    await write(store, '{"version": 1, "seed": 7}');
    await notice(store);
    for (const [text, message] of [
      ["{", /^not JSON/],
      ["[]", /^the file: /],
      ['{"version": 2, "budgetSeconds": 1}', /^budgetSeconds: /],
      ['{"version": 2, "speed": 1}', /Unrecognized key: "speed"/],
      ['{"version": 2, "learners": ["magic"]}', /^learners: there is none called "magic", only popularity/],
      ['{"version": 1, "seed": 8}', /^version: 1 is not above 1/],
    ] as const) {
      await write(store, text);
      expect(await notice(store), text).toEqual({ started: [], error: expect.stringMatching(message) });
      expect((await readSettings(store, "shop")).settings, text).toMatchObject({ version: 1, seed: 7 });
    }
    await write(store, '{"version": 2, "seed": 8}');
    expect((await notice(store)).started).toHaveLength(1);
    expect(await readSettings(store, "shop")).toMatchObject({ error: null, settings: { seed: 8 } });
  });

  it("is started by once more when its run was not yet noted, never by none", async () => {
    const store = memoryObjectStore();
    await write(store, '{"version": 1}');
    await expect(
      noticeSettings(store, "shop", () => Promise.reject(new Error("no Workflow just now"))),
    ).rejects.toThrow("no Workflow");
    expect((await notice(store)).started).toHaveLength(1);
  });

  it("is written by the API with the next number; of two at once one is told", async () => {
    const store = memoryObjectStore();
    expect(await putSettings(store, "shop", { seed: 5 })).toMatchObject({
      ok: true,
      value: { version: 1, seed: 5 },
    });
    await notice(store);
    const [a, b] = await Promise.all([
      putSettings(store, "shop", { budgetSeconds: 60 }),
      putSettings(store, "shop", { budgetSeconds: 90 }),
    ]);
    expect([a.ok, b.ok].sort()).toEqual([false, true]);
    await notice(store);
    // What a patch does not name stays.
    expect((await readSettings(store, "shop")).settings).toMatchObject({ version: 2, seed: 5 });
    expect(await putSettings(store, "shop", { learners: ["magic"] })).toMatchObject({ ok: false });
  });

  it("is not written again by a patch that changes nothing, but for one that cannot be taken", async () => {
    const store = memoryObjectStore();
    await putSettings(store, "shop", { seed: 5 });
    await notice(store);
    for (const patch of [{}, { seed: 5 }]) {
      expect(await putSettings(store, "shop", patch)).toMatchObject({ ok: true, value: { version: 1 } });
      expect((await notice(store)).started).toHaveLength(0);
    }
    await write(store, "{");
    await notice(store);
    expect(await putSettings(store, "shop", {})).toMatchObject({ ok: true, value: { version: 2, seed: 5 } });
    expect(await notice(store)).toMatchObject({ started: [{ version: 2 }], error: null });
  });

  it("weighs event types that are known or declared only, and names the other", async () => {
    const store = memoryObjectStore();
    const declared = async () => ["tasting"];
    const put = (type: string) => putSettings(store, "shop", { eventWeights: { [type]: 2 } }, declared);
    expect(await put("purchse")).toEqual({
      ok: false,
      error: expect.stringMatching(/^eventWeights\.purchse: /),
    });
    expect(await put("tasting")).toMatchObject({ ok: true, value: { eventWeights: { tasting: 2 } } });
    await write(store, '{"version": 3, "eventWeights": {"purchse": 2}}');
    const { error } = await noticeSettings(store, "shop", async () => {}, declared);
    expect(error).toContain("eventWeights.purchse");
  });
});
