import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { EVENTS, IDENTITY_LINKS, type IdentityLink, ITEM_CHANGES, openLake } from "../../src/lake/index.ts";
import { refine } from "../../src/refining/index.ts";
import { type RetrainOutcome, retrain, runIdOf } from "../../src/retraining/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { tryVersion } from "../../src/scoring/index.ts";
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
    const lake = openLake(store);
    const at = { nowMs: SEED_MODEL_MS };
    const landed = { tenant: SEED_TENANT, received_at: SEED_MODEL_MS, is_bot: false };
    const events = shop.events.map((event) => ({ ...event, ...landed }));
    await lake.append(EVENTS, events, at);
    await lake.append(IDENTITY_LINKS, events.flatMap(linkOf), at);
    const changes = shop.items.map(({ published_at: publishedAt = SEED_MODEL_MS, ...item }) => ({
      ...item,
      tenant: SEED_TENANT,
      published_at: publishedAt,
      changed_at: SEED_MODEL_MS,
      deleted: false,
    }));
    await lake.append(ITEM_CHANGES, changes, at);
    const engine = nodeEngine();
    const outcome = await retrain(
      {
        store,
        engine,
        tryInScorer: ({ tenant, version }) =>
          tryVersion({ store, engine, sleep: async () => {} }, tenant, version),
        makeCurrent: () => makeCurrent(store),
        dataQuality: async () => [],
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

/** As landing makes them. */
function linkOf({
  type,
  tenant,
  event_id,
  anonymous_id,
  user_id,
  occurred_at,
  received_at,
}: StoredEvent): IdentityLink[] {
  if (type !== "identify" || anonymous_id === undefined || user_id === undefined) return [];
  return [{ tenant, anonymous_id, user_id, event_id, linked_at: occurred_at, received_at }];
}

/** What the pipeline does for the trainer, in this process. */
async function makeCurrent(store: ObjectStore): Promise<void> {
  const lake = openLake(store);
  await lake.commitAllPending({ nowMs: SEED_MODEL_MS, force: true });
  let runs = 0;
  const ports = {
    lake,
    store,
    applyLate: async () => {},
    newRunName: () => String(runs++),
    clock: () => SEED_MODEL_MS,
  };
  while (!(await refine(ports, { nowMs: SEED_MODEL_MS, rowsMax: 1_000_000 })).done);
}
