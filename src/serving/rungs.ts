import {
  categoryList,
  type ListName,
  type PackedItems,
  type PackedList,
  type SegmentVisitor,
  segmentTrending,
  unpacked,
} from "../features/index.ts";
import type { ScoredItem } from "../registry/index.ts";
import type { Rules } from "../rules/index.ts";
import type { AllowedLists } from "./allowed-lists.ts";
import type { Rung, Source } from "./ladder.ts";
import type { Fallback } from "./scenario.ts";

/** A list for anybody: from this one down. */
export type CommonList = "trending_1h" | "trending_24h" | "trending_7d" | "popular" | "newest";

/** What decides which lists stand below the model's. */
export interface RungsWanted {
  /** For anybody: the list asked for. Null: for a visitor or beside an item, in the scenario's order. */
  common: { list: CommonList; category: string | null } | null;
  fallback: readonly Fallback[];
  /** What is known of any visitor; called only where it may matter. Null: nobody is asked about. */
  segment: (() => SegmentVisitor) | null;
  /** As many as a mixture of segments has to give. */
  limit: number;
  /** Whether an item of a list may be answered under the rules. */
  allows: (item: ScoredItem) => boolean;
  /** What a rotation leaves out as long as it is not given up. */
  shown: ReadonlySet<string>;
  /** Then only items that carry every field may be looked at by `allows`. */
  isFiltered: boolean;
  rules: Rules;
}

/** Behind a list, those that say the same of a longer time. */
const BEHIND: Record<CommonList, readonly ListName[]> = {
  trending_1h: ["trending_1h", "trending_24h", "trending_7d", "popular", "newest"],
  trending_24h: ["trending_24h", "trending_7d", "popular", "newest"],
  trending_7d: ["trending_7d", "popular", "newest"],
  popular: ["popular", "newest"],
  newest: ["newest"],
};

const SOURCE_OF: Record<ListName, Source> = {
  trending_1h: "trending",
  trending_24h: "trending",
  trending_7d: "trending",
  popular: "popular",
  newest: "newest",
};

/** The rungs below the model's, best first: only items that may be answered. */
export function commonRungs(lists: AllowedLists, wanted: RungsWanted): Rung[] {
  const { common } = wanted;
  const rungs =
    common === null
      ? wanted.fallback.flatMap((name) => fallbackRungs(name, lists, wanted))
      : BEHIND[common.list].flatMap((name) => listRungs(name, common.category, lists));
  return rungs.map((rung) => onlyAllowed(rung, lists, wanted.allows));
}

/** Takes out what was withdrawn since, and what the rules do not allow. */
export function onlyAllowed(
  { source, items }: Rung,
  { withdrawn }: AllowedLists,
  allows: RungsWanted["allows"],
): Rung {
  return {
    source,
    *items() {
      for (const item of items()) if (!withdrawn.has(item.itemId) && allows(item)) yield item;
    },
  };
}

function fallbackRungs(name: Fallback, lists: AllowedLists, { segment, limit }: RungsWanted): Rung[] {
  switch (name) {
    // The visitor's own or the tenant's: who fills the list knows which.
    case "last_good":
      return [];
    case "segment": {
      const all = lists.lists;
      if (segment === null || all === null || Object.keys(all.segments).length === 0) return [];
      let mixed: ScoredItem[] | undefined;
      return [{ source: "segment", items: () => (mixed ??= segmentTrending(all, segment(), limit)) }];
    }
    case "trending":
      return listRungs("trending_24h", null, lists);
    case "popular":
    case "newest":
      return listRungs(name, null, lists);
  }
}

/** Of a category first its own list, then what the list of everything has of it. */
function listRungs(name: ListName, category: string | null, all: AllowedLists): Rung[] {
  const { lists, categories, arrived } = all;
  const source = SOURCE_OF[name];
  const rungs: Rung[] = [];
  // The lists are up to five minutes old: what came since is newer than all that they have.
  if (name === "newest" && arrived !== null) {
    const rung = packedRung(source, arrived.items, arrived.list);
    rungs.push(category === null ? rung : ofCategory(rung, category));
  }
  const own = category === null || categories === null ? null : categoryList(categories, category, name);
  if (own !== null && categories !== null) rungs.push(packedRung(source, categories.items, own));
  if (lists !== null) {
    const rung = packedRung(source, lists.items, lists.lists[name]);
    rungs.push(category === null ? rung : ofCategory(rung, category));
  }
  return rungs;
}

function packedRung(source: Source, items: PackedItems, list: PackedList): Rung {
  return { source, items: () => unpacked(items, list) };
}

function ofCategory({ source, items }: Rung, category: string): Rung {
  return {
    source,
    *items() {
      for (const item of items()) {
        const { categories } = item.fields ?? {};
        if (Array.isArray(categories) && categories.includes(category)) yield item;
      }
    },
  };
}

/** The items on trial that may be answered. */
export function explorationPool(
  { lists, withdrawn }: AllowedLists,
  allows: RungsWanted["allows"],
): { itemId: string; chance: number; fields: Record<string, unknown> }[] {
  if (lists?.explored === undefined) return [];
  const pool = Array.from(unpacked(lists.items, lists.explored));
  return pool
    .filter((item) => !withdrawn.has(item.itemId) && allows(item))
    .map(({ itemId, score, fields }) => ({ itemId, chance: score, fields }));
}
