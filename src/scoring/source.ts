import type { BiasDraft } from "../rules/index.ts";
import type { Asked } from "./asked.ts";
import type { Found } from "./reorder.ts";
import { type Ranked, rank } from "./retrieve.ts";
import type { ModelView } from "./view.ts";

/** What puts items in order: the best `k` of what a draft leaves, best first, and of which list each is. */
export interface Source {
  /** Whether scores are the model's. */
  isModel: boolean;
  best(draft: BiasDraft, k: number): Promise<Ranked>;
  /** Undefined: the model's. */
  nameOf(index: number): string | undefined;
}

export function sourceFor(view: ModelView, asked: Asked): Source {
  if (asked.recent.length === 0) return orderSource(view, asked);
  return asked.request.together === true ? togetherSource(view, asked) : modelSource(view, asked);
}

function modelSource(view: ModelView, { recent, request }: Asked): Source {
  return {
    isModel: true,
    best: ({ bias }, k) => rank(view, bias, { recent, request, k }),
    nameOf: () => undefined,
  };
}

/** What goes into one basket with the newest item stands before what the model ranks, with scores just above its best. */
function togetherSource(view: ModelView, asked: Asked): Source {
  const model = modelSource(view, asked);
  const newest = asked.recent.at(-1)?.index ?? -1;
  const neighbours = view.model.items.together?.neighboursOf(newest) ?? [];
  const places = new Map(neighbours.map(({ index }, place) => [index, place]));
  return {
    isModel: true,
    async best(draft, k) {
      const ranked = await model.best(draft, k);
      const beside = neighbours.filter(({ index }) => draft.allows(index));
      const top = Math.max(0, ...ranked.found.map(({ score, boost }) => score - boost));
      const first = beside.map(({ index }, place): Found => {
        const boost = draft.bias[index] as number;
        return { index, boost, score: top + (beside.length - place) / beside.length + boost };
      });
      const rest = ranked.found.filter(({ index }) => !places.has(index));
      return { ...ranked, found: [...first, ...rest].sort((a, b) => b.score - a.score) };
    },
    nameOf: (index) => (places.has(index) ? "together" : undefined),
  };
}

/** For somebody of whom nothing is known: given lists, then what is popular, then what is newest. */
function orderSource(view: ModelView, { request, candidates }: Asked): Source {
  const lists =
    candidates === null ? (request.ladder ?? []) : [{ source: "given", itemIds: request.candidates ?? [] }];
  const names = new Map<number, string>();
  for (const { source, itemIds } of lists) {
    for (const itemId of itemIds) {
      const index = view.indexOf(itemId);
      if (index !== undefined && !names.has(index)) names.set(index, source);
    }
  }
  return {
    isModel: false,
    best: async (draft, k) => ({ found: bestInOrder(order(view, names), draft, k) }),
    nameOf: (index) => names.get(index) ?? (index < view.model.catalogue.size ? "popular" : "newest"),
  };
}

function* order(view: ModelView, named: ReadonlyMap<number, string>): Generator<number> {
  yield* named.keys();
  for (const index of view.model.items.popular) if (!named.has(index)) yield index;
  for (let index = view.model.catalogue.size; index < view.size; index++) if (!named.has(index)) yield index;
}

/**
 * Places stand for scores: evenly spread with mean 0 and unit variance over what is allowed, so that a boost counts in standard deviations as
 * it does for a model. Of items boosted alike only the first k can be among the best.
 */
function bestInOrder(ordered: Iterable<number>, draft: BiasDraft, k: number): Found[] {
  const { bias, qualifying } = draft;
  const found: Found[] = [];
  const alike = new Map<number, number>();
  let place = 0;
  for (const index of ordered) {
    if (place === qualifying || (draft.isFlat && place === k)) break;
    const boost = bias[index] as number;
    if (boost === Number.NEGATIVE_INFINITY) continue;
    const own = qualifying < 2 ? 0 : Math.sqrt(3) * (1 - (2 * place) / (qualifying - 1));
    place++;
    const count = alike.get(boost) ?? 0;
    if (count === k) continue;
    alike.set(boost, count + 1);
    found.push({ index, boost, score: own + boost });
  }
  return found.sort((a, b) => b.score - a.score).slice(0, k);
}
