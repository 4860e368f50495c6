import { readPointer, SETTINGS_DEFAULT } from "../registry/index.ts";
import type { Context } from "./fit.ts";
import { readSettings } from "./settings-store.ts";

/**
 * Why a version may not go live: settings with a higher number came into force since its run was asked for, and a run by them has been
 * started. That one would find another version live than it was judged against, and the oldest settings would win. Null for a version
 * that is live already: a repeated publication tells of it as the first did.
 */
export async function supersededBy(
  { ports: { store }, params }: Pick<Context, "ports" | "params">,
  version: string,
): Promise<string | null> {
  const { settings } = await readSettings(store, params.tenant);
  const own = (params.settings ?? SETTINGS_DEFAULT).version;
  if (settings.version <= own) return null;
  const live = await readPointer(store, params.tenant);
  if (live?.pointer.version === version) return null;
  return `it is superseded: it was trained by settings ${own}, and ${settings.version} are in force by now`;
}
