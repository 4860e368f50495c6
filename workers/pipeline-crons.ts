import {
  foldCounters,
  foldServed,
  listTenants,
  pruneFacets,
  pruneFeatures,
  refreshLists,
  writeWithdrawn,
} from "../src/features/index.ts";
import { type Drained, drainSpill } from "../src/ingest/index.ts";
import { openLake } from "../src/lake/index.ts";
import { eraseDue } from "./pipeline-erase.ts";
import { countTrends, findSegments, JOBS } from "./pipeline-jobs.ts";
import { flushOverlays } from "./pipeline-overlay.ts";
import { objectStore, sinks } from "./pipeline-ports.ts";
import { reportQuality } from "./pipeline-quality.ts";

/** Spilled messages per run: a minute's share that stays far below the CPU limit and the calls of one invocation. */
const SPILLED_MESSAGES_MAX = 500;

/** Parts that a tenant's counters may be in between two folds: as many are read beside the shards by whoever asks for features. */
const COUNTER_PARTS_MIN = 30;

/** What each cron of `pipeline.toml` does; returns what went wrong, by source. */
export const ROUNDS: Record<string, (env: PipelineEnv, nowMs: number) => Promise<Record<string, string[]>>> =
  {
    async "* * * * *"(env, nowMs) {
      const spill = await drainSpilled(env, nowMs);
      const lake = await openLake(objectStore(env), { clock: Date.now }).commitAllPending({ nowMs });
      const overlays = await flushOverlays({ core: env.DB, store: objectStore(env), kv: env.KV }, nowMs);
      return { spill: spill.faults, overlays: overlays.faults, lake: lake.faults };
    },

    async "*/5 * * * *"(env, nowMs) {
      const counters = await foldCounters(env.PROFILES_0, { partsMin: COUNTER_PARTS_MIN }).then(
        () => [],
        (cause: unknown) => [messageOf(cause)],
      );
      const faults: string[] = [];
      const ports = { core: env.DB, profiles: env.PROFILES_0, kv: env.KV, store: objectStore(env) };
      for (const tenant of await listTenants(env.DB)) {
        try {
          await refreshLists(ports, tenant, { nowMs, force: false });
          // Repairs what a writer that was overtaken left: the overlay's own writes come one at a time, mostly.
          await writeWithdrawn(ports, tenant, nowMs);
        } catch (cause) {
          faults.push(`${tenant}: ${messageOf(cause)}`);
        }
      }
      // Last, for it is the largest: what it did not get done is the next round's.
      const lake = await JOBS.refine(env, nowMs).then(
        () => [],
        (cause: unknown) => [`refine: ${messageOf(cause)}`],
      );
      return { counters, lists: faults, lake };
    },

    async "17 * * * *"(env, nowMs) {
      await pruneFeatures(env.PROFILES_0, nowMs);
      await pruneFacets(env.DB, nowMs);
      await foldServed(env.PROFILES_0, nowMs);
      const quality = await reportQuality(env, nowMs).then(
        () => [],
        (cause: unknown) => [messageOf(cause)],
      );
      const segments = await findSegments(env, nowMs).then(
        () => [],
        (cause: unknown) => [messageOf(cause)],
      );
      const trends = await countTrends(env, nowMs).then(
        () => [],
        (cause: unknown) => [messageOf(cause)],
      );
      const features = await JOBS.features(env, nowMs).then(
        () => [],
        (cause: unknown) => [messageOf(cause)],
      );
      const erasure = await eraseDue(env, nowMs).then(
        () => [],
        (cause: unknown) => [messageOf(cause)],
      );
      // Last, for it is the largest: what it did not get done is the next hour's.
      const lake = await JOBS.maintain(env, nowMs).then(
        ({ faults }) => faults as string[],
        (cause: unknown) => [messageOf(cause)],
      );
      return { quality, segments, trends, features, erasure, lake };
    },
  };

export function drainSpilled(env: PipelineEnv, nowMs: number): Promise<Drained> {
  return drainSpill(objectStore(env), sinks(env, nowMs), { messagesMax: SPILLED_MESSAGES_MAX });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
