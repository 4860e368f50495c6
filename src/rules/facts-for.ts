import type { Rules, ShownItem, VisitorFacts } from "./rules.ts";
import { conditionsOf } from "./visitor-parts.ts";

/**
 * What of the facts can make a difference to the rules, as it travels with every question to the scorer: stored interactions only where rules ask for
 * them, and what was shown once for each item, or once for each item and span of time where rules count within some time.
 */
export function factsFor(rules: Rules, facts: VisitorFacts, nowMs: number): VisitorFacts {
  const { interactions, shown, ...rest } = facts;
  const conditions = conditionsOf(rules);
  const asksInteractions = conditions.some(({ kind }) => kind === "interacted");
  const windowsMs = conditions.flatMap((one) =>
    one.kind === "shown" && one.withinMs !== null ? [one.withinMs] : [],
  );
  return {
    ...rest,
    ...(asksInteractions && interactions !== undefined ? { interactions } : {}),
    ...(shown === undefined ? {} : { shown: foldShown(shown, windowsMs, nowMs) }),
  };
}

/** Joins what lies within the same of the windows: of each other, the shorter lies in the longer. */
function foldShown(shown: readonly ShownItem[], windowsMs: readonly number[], nowMs: number): ShownItem[] {
  const folded = new Map<string, ShownItem>();
  for (const one of shown) {
    const windows = windowsMs.filter((withinMs) => one.lastAtMs >= nowMs - withinMs).length;
    const key = `${windows} ${one.itemId}`;
    const { count = 0, lastAtMs = 0 } = folded.get(key) ?? {};
    const joined = { count: count + one.count, lastAtMs: Math.max(lastAtMs, one.lastAtMs) };
    folded.set(key, { itemId: one.itemId, ...joined });
  }
  return [...folded.values()];
}
