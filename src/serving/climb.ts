import type { Rules } from "../rules/index.ts";
import type { AllowedLists } from "./allowed-lists.ts";
import type { Problem } from "./degraded.ts";
import { type AnswerItem, fillFromRungs, type Rung, type Wanted } from "./ladder.ts";
import { carrying } from "./last-good.ts";
import type { ListReader } from "./list-reader.ts";
import type { OwnLast } from "./own-last.ts";
import type { RankedList } from "./ports.ts";
import { commonRungs, onlyAllowed, type RungsWanted } from "./rungs.ts";

export interface Climb {
  /** The model's list for this question; null when there is none. */
  model: RankedList | null;
  /** The model's list is a copy of up to two minutes ago, as the scorer gave none now. */
  modelIsOld: boolean;
  /** The list this visitor, or this item, had last; null: it may not stand in. */
  ownLast: OwnLast | null;
  /** Whether what was good for others may stand in: for a visitor with a history, never beside an item. */
  useLastGood: boolean;
  wanted: Wanted;
  below: RungsWanted;
}

export interface Climbed {
  items: AnswerItem[];
  modelVersion: string | null;
  /** What of the rules was given up. */
  relaxed: readonly string[];
  problems: Problem[];
}

/**
 * Fills the answer from the model, and from the rungs below it only as far as it is short: never where rules cut it short that the lists below
 * cannot keep to.
 */
export async function climb(question: Climb, lists: ListReader): Promise<Climbed> {
  const { model, modelIsOld, wanted, below } = question;
  const isClosed = model !== null && closes(below.rules, model);
  const relaxed = model?.relaxed ?? [];
  if (model !== null && !modelIsOld) {
    const items = fillFromRungs([modelRung(model)], wanted, { seenToo: false });
    const isAll = isClosed || (below.common === null && below.fallback.length === 0);
    if (items.length >= wanted.limit || isAll)
      return { items, modelVersion: hasModels(items) ? model.modelVersion : null, relaxed, problems: [] };
  }

  const { lists: common, late } = await lists.get();
  const rungs: Rung[] = [];
  // A new list of the model needs no such care: the scorer knows of an item that is shown again before KV does.
  if (model !== null) {
    const rung = modelRung(model);
    rungs.push(modelIsOld ? onlyAllowed(rung, common, () => true) : rung);
  }
  const lastGood = isClosed ? null : await lastGoodOf(question, common);
  if (!isClosed) rungs.push(...rungsBelow(lastGood, common, below));
  // The model's own list keeps to the caps, and does not carry what they count by.
  const caps = model === null ? below.rules.caps : [];
  const filled = fillFromRungs(rungs, { ...wanted, caps }, { seenToo: true });
  const hasLastGood = filled.some(({ source }) => source === "last_good");
  const version = hasModels(filled) ? model?.modelVersion : hasLastGood ? lastGood?.modelVersion : null;
  return {
    items: filled,
    modelVersion: version ?? null,
    // Beside a list of the model that holds to the rotation nothing is filled in.
    relaxed: model === null && filled.some(({ itemId }) => below.shown.has(itemId)) ? ["rotation"] : relaxed,
    problems: late
      ? [{ reason: "lists_late", detail: "the lists below the model's were not read in time" }]
      : [],
  };
}

/** Whether the model had a part in a list: the scorer fills up by other lists too, and says so item by item. */
export function hasModels(items: readonly { source?: string }[]): boolean {
  return items.some(({ source = "model" }) => source === "model" || source === "together");
}

/** Whether rules that were not relaxed left places of the list open which no other list may fill, as only the scorer can tell what they allow. */
function closes({ caps, minScore, rotation }: Rules, { relaxed = [] }: RankedList): boolean {
  const holds = (name: string) => !relaxed.includes(name);
  return (
    (caps.length > 0 && holds("cap")) ||
    (minScore !== null && holds("min_score")) ||
    (rotation?.weight === null && holds("rotation"))
  );
}

/** Items of a list that the model filled up itself say which list they are of. */
function modelRung({ items }: RankedList): Rung {
  return { source: "model", items: () => items };
}

/** What stands below the model's list. Where the rotation may be given up, what it leaves out comes behind all else. */
function rungsBelow(lastGood: GoodList | null, common: AllowedLists, below: RungsWanted): Rung[] {
  const under = (allows: RungsWanted["allows"]): Rung[] => {
    const good: Rung = { source: "last_good", items: () => lastGood?.items ?? [] };
    return [onlyAllowed(good, common, allows), ...commonRungs(common, { ...below, allows })];
  };
  const { allows, shown, rules } = below;
  if (shown.size === 0) return under(allows);
  const rotated = under((item) => !shown.has(item.itemId) && allows(item));
  return rules.relax.includes("rotation") ? [...rotated, ...under(allows)] : rotated;
}

type GoodList = Pick<RankedList, "modelVersion" | "items">;

async function lastGoodOf(
  { ownLast, useLastGood, wanted, below }: Climb,
  common: AllowedLists,
): Promise<GoodList | null> {
  if (!mayBeLastGood(below)) return null;
  const own = await ownLast?.get(common);
  if (own !== undefined && own !== null) return own;
  return useLastGood && common.lastGood !== null ? carrying(common.lastGood, wanted.fields) : null;
}

/** A last good list carries the fields that were asked for, and filters may hang on others. */
export function mayBeLastGood({ isFiltered, fallback }: RungsWanted): boolean {
  return !isFiltered && fallback.includes("last_good");
}
