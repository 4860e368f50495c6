import type { Cap } from "../rules/index.ts";
import { CapCounts, CappedValues } from "./cap-counts.ts";
import type { PoolItem, Room } from "./exploration.ts";
import type { AnswerItem } from "./ladder.ts";

/**
 * The room of a list of items with some on trial under the caps. An item joins where the list is as long with it: one that counts under several may cost
 * more places than its own. Then each stands where it was drawn for, and no list is shorter for what it tries.
 */
export function roomUnder(
  items: readonly AnswerItem[],
  { limit, caps }: { limit: number; caps: readonly Cap[] },
): (drawn: readonly PoolItem[]) => Room {
  const values = new CappedValues(caps);
  const own = new Set(items.map(({ itemId }) => itemId));
  const isSimple = (item: AnswerItem | PoolItem) =>
    caps.length === 1 && (values.of(item)[0]?.length ?? 0) < 2;
  const areSimple = items.every(isSimple);
  return (drawn) => {
    const all = new CapCounts(values);
    for (const item of drawn) all.count(item);
    const places = Math.min(limit, drawn.length + Array.from(itemsBeside(items, drawn, all)).length);
    if (caps.length === 0) return { places, joins: () => true };
    const joins = (item: PoolItem) => {
      // What fits on top of everything takes nobody's place.
      if (!own.has(item.itemId) && all.fits(item)) return true;
      const trial = [...drawn, item];
      const counts = new CapCounts(values);
      if (!trial.every((one) => counts.admit(one))) return false;
      // With one cap and one value each, an item takes at most one other's place: that is its own.
      if (areSimple && trial.every(isSimple)) return true;
      let filled = trial.length;
      for (const _ of itemsBeside(items, trial, counts)) if (++filled >= places) break;
      return filled >= places;
    };
    return { places, joins };
  };
}

/** What of the list's items stays, where those on trial are counted already. */
function* itemsBeside(
  items: readonly AnswerItem[],
  trial: readonly PoolItem[],
  counts: CapCounts,
): Generator<AnswerItem> {
  const own = new Set(trial.map(({ itemId }) => itemId));
  for (const item of items) if (!own.has(item.itemId) && counts.admit(item)) yield item;
}

/**
 * The list with the explored items, drawn by `roomUnder`, at their places; what stood there moves down, and the last ones out. The caps count
 * explored items first: what no longer fits beside them is left out.
 */
export function withExplored(
  items: readonly AnswerItem[],
  explored: ReadonlyMap<number, PoolItem>,
  { limit, fields, caps }: { limit: number; fields: readonly string[]; caps: readonly Cap[] },
): AnswerItem[] {
  if (explored.size === 0) return items.slice(0, limit);
  const trial = [...explored.values()];
  const counts = new CapCounts(new CappedValues(caps));
  for (const item of trial) counts.count(item);
  const others = itemsBeside(items, trial, counts);
  const list: AnswerItem[] = [];
  while (list.length < limit) {
    const item = explored.get(list.length);
    const next = item === undefined ? others.next().value : answered(item, fields);
    if (next === undefined) break;
    list.push(next);
  }
  return list;
}

function answered({ itemId, chance, fields }: PoolItem, wanted: readonly string[]): AnswerItem {
  const item = { itemId, score: chance, source: "explored" as const };
  if (wanted.length === 0) return item;
  const picked = wanted.filter((name) => name in fields).map((name) => [name, fields[name]]);
  return { ...item, fields: Object.fromEntries(picked) };
}
