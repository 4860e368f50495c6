import { assert } from "../base/index.ts";
import type { ScoreAnswer, ScoredItem, ScoreRequest } from "../registry/index.ts";
import { answered, itemOf } from "./answered.ts";
import { type Asked, ask } from "./asked.ts";
import { explained, unlistedOf } from "./explain.ts";
import { type Filled, fill } from "./fill.ts";
import { restrict, weigh } from "./restrict.ts";
import { seenBehind } from "./seen-behind.ts";
import { type Source, sourceFor } from "./source.ts";
import type { ModelView } from "./view.ts";

/** A list as rules would have it. */
export interface RuledList extends Filled {
  /** Before anything was relaxed. */
  qualifying: number;
  relaxed: string[];
}

/** Ranks under rules, or from given lists. Nothing of the catalogue's size is allocated, save where an expression is new. */
export async function answerRuled(view: ModelView, request: ScoreRequest): Promise<ScoreAnswer> {
  const asked = ask(view, request);
  const source = sourceFor(view, asked);
  return view.model.during(async () => {
    const list = await ruledList(view, asked, source);
    const items = list.chosen.map((one): ScoredItem => {
      const name = source.nameOf(one.index);
      return { ...itemOf(view, one, request.fields), ...(name === undefined ? {} : { source: name }) };
    });
    const { relaxed, qualifying } = list;
    const reasons = request.explain === true ? await explained(view, asked, { source, list }) : null;
    return {
      ...answered(view, list.problem),
      items: reasons === null ? items : items.map((item) => ({ ...item, why: reasons.of(item.itemId) })),
      qualifying,
      ...(relaxed.length === 0 ? {} : { relaxed }),
      ...(asked.candidates === null ? {} : { unknownCandidates: asked.unknownCandidates }),
      ...(reasons === null ? {} : { unlisted: unlistedOf(view, asked, { list, reasons }) }),
    };
  });
}

/** Unfilled where too few items qualify for `least` places however they are ranked: the model need not be asked then. */
async function listUnder(
  view: ModelView,
  asked: Asked,
  relaxed: ReadonlySet<string>,
  { source, least }: { source: Source; least: number },
): Promise<{ qualifying: number; filled: Filled | null }> {
  const { shownBefore = [] } = asked.request;
  return view.bias.blank(async (bias) => {
    const draft = restrict(view, asked, relaxed, bias);
    const { qualifying } = draft;
    if (qualifying + shownBefore.length < least) return { qualifying, filled: null };
    weigh(view, asked, relaxed, draft);
    return { qualifying, filled: await fill(view, asked, relaxed, { source, draft }) };
  });
}

/**
 * The list under the fewest relaxations, in their order, that fill it, its spare places aside; under all of them where none do. What of them the list
 * would be as long without is not given up. What the visitor knows fills up behind.
 */
async function ruledList(view: ModelView, asked: Asked, source: Source): Promise<RuledList> {
  const enough = Math.max(0, asked.limit - (asked.request.spare ?? 0));
  const order = relaxable(asked);
  const under = (names: readonly string[], least: number) =>
    listUnder(view, asked, new Set(names), { source, least });

  const first = await under([], order.length === 0 ? 0 : enough);
  let { qualifying, filled: best } = first;
  let relaxed: readonly string[] = [];
  /** What may have been given up in vain: it let no more items in, or only the model's own order tells. */
  const idle: string[] = [];
  for (let count = 1; count <= order.length && (best === null || best.filled < enough); count++) {
    const name = order[count - 1] as string;
    relaxed = order.slice(0, count);
    const next = await under(relaxed, count === order.length ? 0 : enough);
    if (next.qualifying === qualifying) idle.push(name);
    ({ qualifying, filled: best } = next);
  }
  assert(best !== null, "the list under all relaxations is filled however few items qualify");
  for (const name of idle.toReversed()) {
    const fewer = relaxed.filter((other) => other !== name);
    const least = Math.min(best.filled, enough);
    const { filled } = await under(fewer, least);
    if (filled !== null && filled.filled >= least) [best, relaxed] = [filled, fewer];
  }
  const given = new Set(relaxed);
  const behind = await seenBehind(view, asked, given, { source, count: asked.limit - best.filled });
  return {
    ...best,
    chosen: [...best.chosen, ...behind.items],
    qualifying: first.qualifying + (given.size === 0 ? behind.qualifying : 0),
    relaxed: [...relaxed],
  };
}

/** What of `relax` there is a rule for. */
function relaxable({ rules, filters, shown }: Asked): string[] {
  const there = new Set(filters.map(({ name }) => name));
  if (shown.size > 0) there.add("rotation");
  if (rules.caps.length > 0) there.add("cap");
  if (rules.minScore !== null) there.add("min_score");
  return rules.relax.filter((name) => there.has(name));
}
