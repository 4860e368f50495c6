import { HOUR_MS, sha256Hex } from "../base/index.ts";
import { LEARNERS } from "../learn/index.ts";
import {
  type Manifest,
  type Recipe,
  readManifest,
  readPointer,
  type Start,
  type TrainingSettings,
} from "../registry/index.ts";
import type { RetrainParams } from "./contract.ts";
import { tooFew } from "./gate.ts";
import type { RetrainPorts } from "./ports.ts";
import type { ReadResult } from "./read.ts";
import { readSettings } from "./settings-store.ts";
import type { SplitResult } from "./split.ts";
import { startFrom } from "./start.ts";

/** How a run comes to its recipe. */
export type Plan =
  /** There is too little to tell a model from chance: popularity serves. */
  | { kind: "popularity"; reason: string }
  /** The live model's recipe on the rows that are there by now. */
  | {
      kind: "renew";
      recipe: Recipe;
      study: NonNullable<Manifest["study"]>;
      startsFrom?: Start;
    }
  | { kind: "search" };

/** A search is made anew once there is so many times as much to learn from. */
const GROWTH_MAX = 2;

/** What a run does follows from what it read, so that the same run again is planned alike; a rerun has the first one's plan. */
export async function planRun(
  { store }: RetrainPorts,
  { tenant, reason, rerun, requestedAtMs, settings }: RetrainParams & { settings: TrainingSettings },
  read: ReadResult,
  split: SplitResult,
): Promise<Plan> {
  if (rerun !== undefined) return rerun.plan;
  const few = tooFew(split);
  if (few !== null) return { kind: "popularity", reason: few };
  // Who asks for a run by hand, or has changed the settings or brought data, wants a search.
  if (reason !== "cron") return { kind: "search" };
  const current = await readPointer(store, tenant);
  const live = current === null ? null : await readManifest(store, tenant, current.pointer.version);
  if (live?.recipe === undefined || live.study === undefined) return { kind: "search" };
  const { recipe, study } = live;
  const { searchedAtMs = 0 } = await readSettings(store, tenant);
  const isDue =
    requestedAtMs - Math.max(study.atMs, searchedAtMs) >= settings.searchEveryHours * HOUR_MS ||
    read.interactions >= GROWTH_MAX * study.interactions ||
    study.settings !== (await settingsHash(settings)) ||
    !recipe.parts.every(({ learner }) => LEARNERS.some(({ name }) => name === learner));
  if (isDue) return { kind: "search" };
  const startsFrom = startFrom(live, split, read);
  return { kind: "renew", recipe, study, ...(startsFrom === null ? {} : { startsFrom }) };
}

export function settingsHash(settings: TrainingSettings): Promise<string> {
  return sha256Hex(JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))));
}
