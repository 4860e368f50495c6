import type { Unlisted, Why } from "../registry/index.ts";
import { BiasDraft, type Bound } from "../rules/index.ts";
import type { Asked } from "./asked.ts";
import { contributions } from "./contributions.ts";
import { leavesOutShown, rotationWeight } from "./restrict.ts";
import type { RuledList } from "./ruled-answer.ts";
import type { Source } from "./source.ts";
import type { ModelView } from "./view.ts";

/** As far as a place without rules is told. */
const RANK_BEFORE_MAX = 1_000;

export interface Reasons {
  of(itemId: string): Why;
}

/** Why items stand where they do: of the list, and of those asked about besides. */
export async function explained(
  view: ModelView,
  asked: Asked,
  { source, list }: { source: Source; list: RuledList },
): Promise<Reasons> {
  const besides = (asked.request.explainItems ?? []).map((itemId) => view.indexOf(itemId));
  const indices = [...new Set([...list.chosen.map(({ index }) => index), ...besides])];
  const ranks = await ranksBefore(view, asked, source);
  const told = source.isModel ? indices.filter((index) => index !== undefined) : [];
  const history = await contributions(view, asked.recent, told);
  const relaxed = new Set(list.relaxed);
  return {
    of(itemId) {
      const index = view.indexOf(itemId);
      if (index === undefined) return { rankBefore: null, boosts: [], history: [] };
      const pin = list.pinned.get(index);
      return {
        rankBefore: ranks.get(index) ?? null,
        boosts: boostsOf(view, asked, relaxed, index),
        ...(pin === undefined ? {} : { pin }),
        history: history.get(index) ?? [],
      };
    },
  };
}

const ALL: Bound = { kind: "always", holds: true };

/** Places by availability and the request's own exclusions alone. */
async function ranksBefore(view: ModelView, asked: Asked, source: Source): Promise<Map<number, number>> {
  return view.bias.blank(async (bias) => {
    const draft = new BiasDraft(bias, asked.candidates === null ? view.space.allowed(ALL) : null);
    for (const index of asked.candidates ?? []) draft.allow(index, true);
    for (const index of asked.excluded) draft.allow(index, false);
    for (const index of asked.seen) draft.allow(index, false);
    if (draft.qualifying === 0) return new Map();
    const { found } = await source.best(draft, Math.min(RANK_BEFORE_MAX, draft.qualifying));
    return new Map(found.map(({ index }, place) => [index, place + 1]));
  });
}

function boostsOf(view: ModelView, asked: Asked, relaxed: ReadonlySet<string>, index: number): Why["boosts"] {
  const boosts = asked.boosts
    .filter(({ bound }) => view.space.holdsAt(bound, index))
    .map(({ name, by }) => ({ name, by }));
  const rotated = rotationWeight(asked, relaxed) * (asked.shown.get(index) ?? 0);
  return rotated === 0 ? boosts : [...boosts, { name: "rotation", by: -rotated }];
}

/** The items asked about that are not in the list, each with what kept it out: the first of what would have. */
export function unlistedOf(
  view: ModelView,
  asked: Asked,
  { list, reasons }: { list: RuledList; reasons: Reasons },
): Unlisted[] {
  const listed = new Set(list.chosen.map(({ index }) => view.idAt(index)));
  return [...new Set(asked.request.explainItems ?? [])]
    .filter((itemId) => !listed.has(itemId))
    .map((itemId) => ({ itemId, reason: reasonOf(view, asked, list, itemId), ...reasons.of(itemId) }));
}

function reasonOf(view: ModelView, asked: Asked, list: RuledList, itemId: string): string {
  const index = view.indexOf(itemId);
  // A hidden or deleted newcomer is in no model, but known to have been taken away.
  if (index === undefined) return view.overlay?.items[itemId] === undefined ? "unknown" : "unavailable";
  if (asked.candidates !== null) return asked.candidates.includes(index) ? "rank" : "not_a_candidate";
  if (!view.space.isAvailable(index)) return "unavailable";
  if (asked.excluded.includes(index) || asked.seen.includes(index)) return "excluded";
  const relaxed = new Set(list.relaxed);
  const filter = asked.filters.find(
    ({ name, bound }) => !relaxed.has(name) && !view.space.holdsAt(bound, index),
  );
  if (filter !== undefined) return filter.name;
  if (leavesOutShown(asked, relaxed) && asked.shown.has(index)) return "rotation";
  return list.left.get(index) ?? "rank";
}
