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
import { readSearched } from "./settings-store.ts";
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
      study: Study;
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
  const last = await lastSearch(store, tenant, live);
  if (live?.recipe === undefined || last === undefined) return { kind: "search" };
  const { recipe } = live;
  const isDue =
    requestedAtMs - last.atMs >= settings.searchEveryHours * HOUR_MS ||
    read.interactions >= GROWTH_MAX * last.interactions ||
    last.settings !== (await settingsHash(settings)) ||
    !recipe.parts.every(({ learner }) => LEARNERS.some(({ name }) => name === learner));
  if (isDue) return { kind: "search" };
  const startsFrom = startFrom(live, split, read);
  // A card names the search that its recipe came from; popularity that served for want of cases had none.
  const study = live.study ?? last;
  return { kind: "renew", recipe, study, ...(startsFrom === null ? {} : { startsFrom }) };
}

type Study = NonNullable<Manifest["study"]>;

/** The newest search: the one that led to the live model, or a later one that led to none. Either says what a search of the same would find. */
export async function lastSearch(
  store: RetrainPorts["store"],
  tenant: string,
  live: Manifest | null,
): Promise<Study | undefined> {
  const searched = await readSearched(store, tenant);
  const study = live?.study;
  if (study === undefined || searched === undefined) return study ?? searched;
  return searched.atMs > study.atMs ? searched : study;
}

export function settingsHash(settings: TrainingSettings): Promise<string> {
  return sha256Hex(JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))));
}
