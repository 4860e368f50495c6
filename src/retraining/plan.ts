import { HOUR_MS } from "../base/index.ts";
import { LEARNERS } from "../learn/index.ts";
import {
  type Manifest,
  type Pointer,
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
import { settingsHash } from "./settings-hash.ts";
import { readSearched, type Searched } from "./settings-store.ts";
import type { SplitResult } from "./split.ts";
import { startFrom } from "./start.ts";

/** How a run comes to its recipe. */
export type Plan =
  /** There is too little to tell a model from chance, or nothing to renew until the next search: popularity serves. */
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
  const pointer = (await readPointer(store, tenant))?.pointer ?? null;
  const live = pointer === null ? null : await readManifest(store, tenant, pointer.version);
  const last = newer(live?.study, await lastRefused(store, tenant, pointer));
  const recipe = live?.recipe;
  const isDue =
    last === undefined ||
    requestedAtMs - last.atMs >= settings.searchEveryHours * HOUR_MS ||
    read.interactions >= GROWTH_MAX * last.interactions ||
    last.settings !== (await settingsHash(settings)) ||
    recipe?.parts.every(({ learner }) => LEARNERS.some(({ name }) => name === learner)) === false;
  if (isDue) return { kind: "search" };
  if (live === null || recipe === undefined) {
    const at = new Date(last.atMs).toISOString();
    return {
      kind: "popularity",
      reason: `there is no recipe to renew, and the search of ${at} found none that may go live`,
    };
  }
  const startsFrom = startFrom(live, split, read);
  // A card names the search that its recipe came from; popularity that served for want of cases had none.
  const study = live.study ?? last;
  return { kind: "renew", recipe, study, ...(startsFrom === null ? {} : { startsFrom }) };
}

type Study = NonNullable<Manifest["study"]>;

/** The last search that was made in vain, as long as it would be so again. */
export async function lastRefused(
  store: RetrainPorts["store"],
  tenant: string,
  pointer: Pick<Pointer, "pinned"> | null,
): Promise<Searched | undefined> {
  const searched = await readSearched(store, tenant);
  return searched?.inVain === "pinned" && pointer?.pinned !== true ? undefined : searched;
}

/** The search that led to the live model, or a later one that led to none. Either says what a search of the same would find. */
function newer(study: Study | undefined, refused: Searched | undefined): Study | undefined {
  if (refused === undefined || (study !== undefined && study.atMs >= refused.atMs)) return study;
  const { inVain: _why, snapshots: _on, ...found } = refused;
  return found;
}
