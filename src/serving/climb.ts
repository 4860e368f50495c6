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
  /** Of the items wanted, those that no rule is relaxed for. */
  spare: number;
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
    // What the visitor knows is in it under rules alone, and last.
    const items = fillFromRungs([modelRung(model)], wanted, { seenToo: true });
    const isAll = isClosed || (below.common === null && below.fallback.length === 0);
    if (items.length >= wanted.limit || isAll)
      return { items, modelVersion: hasModels(items) ? model.modelVersion : null, relaxed, problems: [] };
  }

  const { lists: common, late } = await lists.get();
  const lastGood = isClosed ? null : await lastGoodOf(question, common);
  const under = (givesUpRotation: boolean) => rungsBelow(lastGood, common, { below, givesUpRotation });
  const fillUp = (list: RankedList) => {
    // A new list of the model needs no such care: the scorer knows of an item that is shown again before KV does.
    const rung = modelIsOld ? onlyAllowed(modelRung(list), common, () => true) : modelRung(list);
    // It keeps to the caps by itself, and does not carry what they count by; where it holds to the rotation nothing is filled in.
    return fillFromRungs([rung, ...(isClosed ? [] : under(true))], wanted, { seenToo: true });
  };
  const { items, relaxed: given } =
    model === null ? fillBelow(under, question) : { items: fillUp(model), relaxed };
  const hasLastGood = items.some(({ source }) => source === "last_good");
  const version = hasModels(items) ? model?.modelVersion : hasLastGood ? lastGood?.modelVersion : null;
  return {
    items,
    modelVersion: version ?? null,
    relaxed: given,
    problems: late
      ? [{ reason: "lists_late", detail: "the lists below the model's were not read in time" }]
      : [],
  };
}

/** Whether the model had a part in a list: the scorer fills up by other lists too, and says so item by item. */
export function hasModels(items: readonly { source?: string }[]): boolean {
  return items.some(({ source = "model" }) => source === "model" || source === "together");
}

/**
 * Whether rules left places of the list open which no other list may fill, as only the scorer can tell what they allow: other lists have items as they
 * were minutes ago, and filters have all been held against the catalogue.
 */
function closes({ filters, caps, minScore, rotation }: Rules, { relaxed = [] }: RankedList): boolean {
  const holds = (name: string) => !relaxed.includes(name);
  return (
    filters.length > 0 ||
    (caps.length > 0 && holds("cap")) ||
    (minScore !== null && holds("min_score")) ||
    (rotation?.weight === null && holds("rotation"))
  );
}

/** Items of a list that the model filled up itself say which list they are of. */
function modelRung({ items }: RankedList): Rung {
  return { source: "model", items: () => items };
}

/**
 * The list of what stands below the model's alone, under the fewest relaxations, in their order, that fill it; only what makes it longer is given up.
 * What the visitor knows comes last, as everywhere, so rules are given up first.
 */
function fillBelow(
  under: (givesUpRotation: boolean) => Rung[],
  { wanted, spare, below }: Climb,
): Pick<Climbed, "items" | "relaxed"> {
  const fillUnder = (relaxed: readonly string[], seenToo: boolean) => {
    const caps = relaxed.includes("cap") ? [] : below.rules.caps;
    return fillFromRungs(under(relaxed.includes("rotation")), { ...wanted, caps }, { seenToo });
  };
  const order = relaxableBelow(below);
  let relaxed: readonly string[] = [];
  // Most lists have nothing to give up, and are filled once.
  let longest = order.length === 0 ? 0 : fillUnder([], false).length;
  for (let count = 1; count <= order.length && longest < wanted.limit - spare; count++) {
    const { length } = fillUnder(order.slice(0, count), false);
    if (length > longest) [longest, relaxed] = [length, order.slice(0, count)];
  }
  return { items: fillUnder(relaxed, true), relaxed };
}

/** What of `relax` there is a rule for that can be given up down here, in its order: filters cannot, so nor can what stands behind one. */
function relaxableBelow({ rules: { relax, caps }, shown }: RungsWanted): string[] {
  const order: string[] = [];
  for (const name of relax) {
    if (name === "filter" || name.startsWith("filter.")) break;
    if ((name === "cap" && caps.length > 0) || (name === "rotation" && shown.size > 0)) order.push(name);
  }
  return order;
}

/** What stands below the model's list. Where the rotation is given up, what it leaves out comes behind all else. */
function rungsBelow(
  lastGood: GoodList | null,
  common: AllowedLists,
  { below, givesUpRotation }: { below: RungsWanted; givesUpRotation: boolean },
): Rung[] {
  const under = (allows: RungsWanted["allows"]): Rung[] => {
    const good: Rung = { source: "last_good", items: () => lastGood?.items ?? [] };
    return [onlyAllowed(good, common, allows), ...commonRungs(common, { ...below, allows })];
  };
  const { allows, shown } = below;
  if (shown.size === 0) return under(allows);
  const rotated = under((item) => !shown.has(item.itemId) && allows(item));
  return givesUpRotation ? [...rotated, ...under(allows)] : rotated;
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
