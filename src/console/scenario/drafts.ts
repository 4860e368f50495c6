import { Store } from "../store.ts";
import { hold } from "../unsaved.ts";
import type { Config, Draft } from "./config.ts";
import { stableText } from "./difference.ts";

/** What was edited of a scenario, and what was live under its name when that was last known. */
interface Kept {
  draft: Draft;
  live: string;
}

/** By name, over all pages of the console: a look at something else loses nothing. */
export const drafts = new Store<ReadonlyMap<string, Kept>>(new Map());

hold({
  isUnsaved: () => [...drafts.value.values()].some(isUnsaved),
  forget: () => drafts.set(new Map()),
});

/** Keeps a draft; null lets go of it. `live`: what is published under the name, null for nothing. */
export function keepDraft(name: string, draft: Draft | null, live: Config | null): void {
  const next = new Map(drafts.value);
  if (draft === null) next.delete(name);
  else next.set(name, { draft, live: stableText(live) });
  drafts.set(next);
}

/** Of a draft that is kept, what is live now. */
export function noteLive(name: string, live: Config | null): void {
  const kept = drafts.value.get(name);
  if (kept !== undefined && kept.live !== stableText(live)) keepDraft(name, kept.draft, live);
}

/** A text that is no JSON yet is a change, whatever it comes to. */
export function isUnsaved({ draft, live }: Kept): boolean {
  return draft.fault !== null || stableText(draft.config) !== live;
}
