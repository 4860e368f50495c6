import { beforeAll, describe, expect, it } from "vitest";
import { listAll, type ObjectStore, sha256Hex } from "../../src/base/index.ts";
import { modelKey, pointerKey, readManifest, readPointer } from "../../src/registry/index.ts";
import { retrain } from "../../src/retraining/index.ts";
import { BUSY, once, params, ports, published, shop, steps } from "./runs.ts";
import { NOW_MS } from "./shop-events.ts";

/** So little that a study takes several slices. */
const SLICE_SECONDS = 0.02;

const smallSlices = (store: ObjectStore) => ({ ...ports(store), sliceSeconds: SLICE_SECONDS });

/** Name → hash of all that was published, but for what counts work that was done twice: the manifest's cost, and the report. */
async function publishedFiles(store: ObjectStore, version: string): Promise<Record<string, unknown>> {
  const files: Record<string, unknown> = {};
  for await (const { key } of listAll(store, modelKey("shop", version, ""))) {
    if (!key.endsWith("/report.json")) files[key] = await sha256Hex((await store.get(key))?.bytes ?? "");
  }
  const manifest = await readManifest(store, "shop", version);
  return { ...files, [modelKey("shop", version, "manifest.json")]: { ...manifest, cost: null } };
}

/** Starts the run again whenever it dies, as the Workflow does. */
async function untilDone(run: () => ReturnType<typeof retrain>, deathsMax: number) {
  for (let deaths = 0; deaths <= deathsMax; deaths++) {
    try {
      return { outcome: published(await run()), deaths };
    } catch (cause) {
      if (!(cause instanceof Error) || !cause.message.startsWith("killed")) throw cause;
    }
  }
  throw new Error(`still not done after ${deathsMax} deaths`);
}

describe("a run that is killed", () => {
  let files: Record<string, unknown>;

  beforeAll(async () => {
    const store = await shop(BUSY);
    const runner = steps();
    const outcome = published(await retrain(smallSlices(store), params(), runner));
    files = await publishedFiles(store, outcome.version);
    expect(Object.keys(files)).toHaveLength(6);
    expect(runner.ran).toEqual(expect.arrayContaining(["study-3", "evaluate-2"]));
  }, 120_000);

  it("after any step goes on to the same bytes, that step done twice and no other", async () => {
    const store = await shop(BUSY);
    const runner = steps(once());
    let moves = 0;
    const watched: ObjectStore = {
      ...store,
      put(key, bytes, condition) {
        if (key === pointerKey("shop")) moves++;
        return store.put(key, bytes, condition);
      },
    };
    const { outcome, deaths } = await untilDone(() => retrain(smallSlices(watched), params(), runner), 200);
    expect(await publishedFiles(store, outcome.version)).toEqual(files);
    // Live since the pointer moved: neither since the run was asked for, nor since its last step was done again.
    expect(moves).toBe(1);
    expect((await readPointer(store, "shop"))?.pointer.promotedAtMs).toBeGreaterThan(NOW_MS);
    const times = Map.groupBy(runner.ran, (name) => name);
    expect(deaths).toBe(times.size);
    expect([...times.values()].every((list) => list.length === 2)).toBe(true);
  }, 240_000);

  it("before or after any write goes on to the same bytes", async () => {
    for (const moment of ["before", "after"]) {
      const store = await shop(BUSY);
      const runner = steps();
      let attempt = 0;
      const { outcome, deaths } = await untilDone(() => {
        attempt++;
        let writes = 0;
        const mortal: ObjectStore = {
          ...store,
          async put(key, bytes, condition) {
            // The lake takes a failed write for a lost race, and progress is a courtesy: both go on without a word.
            const counts = /^(work|models)\//.test(key) && !key.endsWith("/progress.json");
            const dies = counts && ++writes === attempt;
            if (dies && moment === "before") throw new Error("killed before a write");
            const written = await store.put(key, bytes, condition);
            if (dies) throw new Error("killed after a write");
            return written;
          },
        };
        return retrain(smallSlices(mortal), params(), runner);
      }, 200);
      expect(deaths, moment).toBeGreaterThan(5);
      expect(await publishedFiles(store, outcome.version), moment).toEqual(files);
    }
  }, 240_000);
});
