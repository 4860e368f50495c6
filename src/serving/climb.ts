import type { Problem } from "./degraded.ts";
import { type AnswerItem, fillFromRungs, type Rung, type Wanted } from "./ladder.ts";
import type { ListReader } from "./list-reader.ts";
import type { FallbackLists, RankedList } from "./ports.ts";

export interface Climb {
  /** The model's list for this history; null when there is none. */
  model: RankedList | null;
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
  { model, ownLast, useLastGood, wanted }: Climb,
  lists: ListReader,
): Promise<Climbed> {
  const rungs: Rung[] = model === null ? [] : [{ source: "model", items: model.items }];
  const items = fillFromRungs(rungs, wanted, { seenToo: false });
  if (items.length >= wanted.limit) return { items, modelVersion: model?.modelVersion ?? null, problems: [] };

  const { lists: common, late } = await lists.get();
  const lastGood = ownLast ?? (useLastGood ? common.lastGood : null);
  if (lastGood !== null) rungs.push({ source: "last_good", items: lastGood.items });
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

function commonRungs({ trending, popular, newest }: FallbackLists): Rung[] {
  return [trending, popular, newest].flatMap((list) =>
    list === null ? [] : [{ source: list.kind, items: list.items }],
  );
}
