import { BiasDraft, type Candidate } from "../rules/index.ts";
import type { Asked } from "./asked.ts";
import { leavesOutShown, weigh } from "./restrict.ts";
import type { Source } from "./source.ts";
import type { ModelView } from "./view.ts";

/** What a list under rules has behind all else. */
export interface SeenBehind {
  items: Candidate[];
  /** How many there are to be had. */
  qualifying: number;
}

const NONE: SeenBehind = { items: [], qualifying: 0 };

/**
 * Items that the visitor knows and the rules allow, best first: they come last, where nothing else is left to fill a list. Only here it is known what
 * they are like now. None where a cap or `min_score` cut the list short, which would hold for them as well.
 */
export async function seenBehind(
  view: ModelView,
  asked: Asked,
  relaxed: ReadonlySet<string>,
  { source, count }: { source: Source; count: number },
): Promise<SeenBehind> {
  const { rules } = asked;
  const isCut =
    (rules.caps.length > 0 && !relaxed.has("cap")) || (rules.minScore !== null && !relaxed.has("min_score"));
  if (count <= 0 || isCut || asked.request.seenLast !== true) return NONE;
  const allowed = asked.seen.filter((index) => isAllowed(view, asked, relaxed, index));
  if (allowed.length === 0) return NONE;
  return view.bias.blank(async (bias) => {
    const draft = new BiasDraft(bias, null);
    for (const index of allowed) draft.allow(index, true);
    weigh(view, { ...asked, pins: [] }, relaxed, draft);
    const { qualifying } = draft;
    const { found } = await source.best(draft, Math.min(count, qualifying));
    return { items: found.slice(0, count), qualifying };
  });
}

function isAllowed(view: ModelView, asked: Asked, relaxed: ReadonlySet<string>, index: number): boolean {
  return (
    view.space.isAvailable(index) &&
    !asked.excluded.includes(index) &&
    !(leavesOutShown(asked, relaxed) && asked.shown.has(index)) &&
    asked.filters.every(({ name, bound }) => relaxed.has(name) || view.space.holdsAt(bound, index))
  );
}
