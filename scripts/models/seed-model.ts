import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openLake } from "../../src/lake/index.ts";
import { type RetrainOutcome, retrain, runIdOf } from "../../src/retraining/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { folderStore } from "../local/folder-store.ts";
import { simulateShop } from "../simulate/index.ts";

/** The seed model's moment, so that it can be made again byte for byte: 2026-11-01T00:00:00Z. */
const SEED_MODEL_MS = Date.UTC(2026, 10, 1);
const SEED_TENANT = "seed";

/**
 * Trains the small model that stands in `models/`, through the same steps as the trainer's Workflow: the tiny simulated shop
 * → lake → retrain. For tests and the demo only; `folder` becomes what `models/` is in R2.
 */
export async function buildSeedModel(folder: string): Promise<RetrainOutcome> {
  const work = await mkdtemp(path.join(tmpdir(), "lakeshore-seed-model-"));
  try {
    const store = folderStore(work);
    const shop = simulateShop({ seed: 1, nowMs: SEED_MODEL_MS, scale: "tiny" });
    await openLake(store).writeEvents(
      shop.events.map((event) => ({
        ...event,
        tenant: SEED_TENANT,
        received_at: SEED_MODEL_MS,
        is_bot: false,
      })),
    );
    const items = shop.items.map((item) => ({
      ...item,
      published_at: item.published_at ?? SEED_MODEL_MS,
      updated_at: SEED_MODEL_MS,
    }));
    const outcome = await retrain(
      {
        store,
        engine: nodeEngine(),
        items: async () => items,
        yieldTo: async () => {},
        clock: () => SEED_MODEL_MS,
      },
      {
        tenant: SEED_TENANT,
        runId: runIdOf(SEED_TENANT, "seed", SEED_MODEL_MS),
        seed: 1,
        reason: "seed",
        requestedAtMs: SEED_MODEL_MS,
      },
      { do: (_name, run) => run() },
    );
    if (outcome.status === "published") {
      await rm(path.join(folder, SEED_TENANT), { recursive: true, force: true });
      await cp(path.join(work, "models", SEED_TENANT), path.join(folder, SEED_TENANT), { recursive: true });
    }
    return outcome;
  } finally {
    await rm(work, { recursive: true });
  }
}
