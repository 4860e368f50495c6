import type { AllowedLists } from "./allowed-lists.ts";
import type { Problem } from "./degraded.ts";
import { type AnswerItem, fillFromRungs, type Rung, type Wanted } from "./ladder.ts";
import type { ListReader } from "./list-reader.ts";
import type { RankedList } from "./ports.ts";

export interface Climb {
  /** The model's list for this history; null when there is none. */
  model: RankedList | null;
  /** The model's list is a copy of up to two minutes ago, as the scorer gave none now. */
  modelIsOld: boolean;
  /** The list this visitor, or this item, had last. */
  ownLast: RankedList | null;
  /** Whether what was good for others may stand in: for a visitor with a history, never beside an item. */
  useLastGood: boolean;
  wanted: Wanted;
}

export interface Climbed {
  items: AnswerItem[];
  modelVersion: string | null;
  problems: Problem[];
}

/** Fills the answer from the model, and from the rungs below it only as far as it is short. */
export async function climb(
  { model, modelIsOld, ownLast, useLastGood, wanted }: Climb,
  lists: ListReader,
): Promise<Climbed> {
  if (model !== null && !modelIsOld) {
    const items = fillFromRungs([{ source: "model", items: model.items }], wanted, { seenToo: false });
    if (items.length >= wanted.limit) return { items, modelVersion: model.modelVersion, problems: [] };
  }

  const { lists: common, late } = await lists.get();
  const allowed = ({ items }: RankedList) => items.filter(({ itemId }) => !common.withdrawn.has(itemId));
  const rungs: Rung[] = [];
  // A new list of the model needs no such care: the scorer knows of an item that is shown again before KV does.
  if (model !== null) rungs.push({ source: "model", items: modelIsOld ? allowed(model) : model.items });
  const lastGood = ownLast ?? (useLastGood ? common.lastGood : null);
  if (ownLast !== null) rungs.push({ source: "last_good", items: allowed(ownLast) });
  else if (lastGood !== null) rungs.push({ source: "last_good", items: lastGood.items });
  rungs.push(...commonRungs(common));
  const filled = fillFromRungs(rungs, wanted, { seenToo: true });
  const has = (source: Rung["source"]) => filled.some((item) => item.source === source);
  const version = has("model") ? model?.modelVersion : has("last_good") ? lastGood?.modelVersion : null;
  return {
    items: filled,
    modelVersion: version ?? null,
    problems: late
      ? [{ reason: "lists_late", detail: "the lists below the model's were not read in time" }]
      : [],
  };
}

function commonRungs({ trending, popular, newest }: AllowedLists): Rung[] {
  return [trending, popular, newest].flatMap((list) =>
    list === null ? [] : [{ source: list.kind, items: list.items }],
  );
}
