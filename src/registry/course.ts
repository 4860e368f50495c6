import type { ObjectStore } from "../base/index.ts";
import { readManifest } from "./artifact.ts";
import type { Pointer } from "./manifest.ts";

/** Versions to roll back to: five hourly retrains give time to notice a bad one. */
export const POINTER_PREVIOUS_MAX = 5;

/**
 * The live version's course where the next one is of its recipe; one that begins now where it is of another, or follows no version.
 * Without a recipe nothing says what a version's renewals are.
 */
export async function courseOf(
  store: ObjectStore,
  tenant: string,
  live: Pointer | null,
  next: { version: string; nowMs: number },
): Promise<Pick<Pointer, "course">> {
  const recipe = await recipeOf(store, tenant, next.version);
  if (recipe === null) return {};
  if (live === null) return { course: { sinceMs: next.nowMs } };
  const since = live.course ?? { sinceMs: live.promotedAtMs };
  if (recipe === (await recipeOf(store, tenant, live.version))) return { course: since };
  return { course: { sinceMs: next.nowMs, before: { version: live.version, sinceMs: since.sinceMs } } };
}

/** The newest few, and what was live before the course in the last place: hourly renewals would push it out by the evening. */
export function withPrevious(
  { version, previous }: Pointer,
  next: string,
  { course }: Pick<Pointer, "course">,
): string[] {
  const list = [version, ...previous].filter((name) => name !== next);
  const kept = list.slice(0, POINTER_PREVIOUS_MAX);
  const before = list.slice(POINTER_PREVIOUS_MAX).find((name) => name === course?.before?.version);
  return before === undefined ? kept : [...kept.slice(0, -1), before];
}

/** False as well where a version's recipe is not known. */
export async function isOfOneRecipe(
  store: ObjectStore,
  tenant: string,
  versions: readonly [string, string],
): Promise<boolean> {
  const [one, other] = await Promise.all(versions.map((version) => recipeOf(store, tenant, version)));
  return one !== null && one === other;
}

/** In a form that is equal for equal recipes; null for a version that has gone, or is from before recipes were kept. */
async function recipeOf(store: ObjectStore, tenant: string, version: string): Promise<string | null> {
  const recipe = (await readManifest(store, tenant, version))?.recipe;
  return recipe === undefined ? null : JSON.stringify(recipe);
}
