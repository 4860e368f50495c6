import type { ScoreAnswer, ScoredItem, ScoreRequest } from "../registry/index.ts";
import { answered, itemOf } from "./answered.ts";
import { type Asked, ask } from "./asked.ts";
import { explained, unlistedOf } from "./explain.ts";
import { type Filled, fill } from "./fill.ts";
import { restrict, weigh } from "./restrict.ts";
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

/** The list under the fewest relaxations, in their order, that fill it, its spare places aside; under all of them where none do. */
async function ruledList(view: ModelView, asked: Asked, source: Source): Promise<RuledList> {
  const order = relaxable(asked);
  const { spare = 0, shownBefore = [] } = asked.request;
  const enough = Math.max(0, asked.limit - spare);
  let qualifying: number | undefined;
  for (let count = 0; ; count++) {
    const relaxed = new Set(order.slice(0, count));
    const isLast = count === order.length;
    const filled = await view.bias.blank(async (bias) => {
      const draft = restrict(view, asked, relaxed, bias);
      qualifying ??= draft.qualifying;
      // Too few for a list however they are ranked: the model need not be asked.
      if (draft.qualifying + shownBefore.length < enough && !isLast) return null;
      weigh(view, asked, relaxed, draft);
      return fill(view, asked, relaxed, { source, draft });
    });
    if (filled !== null && (isLast || filled.filled >= enough))
      return { ...filled, qualifying: qualifying ?? 0, relaxed: [...relaxed] };
  }
}

/** What of `relax` there is a rule for. */
function relaxable({ rules, filters }: Asked): string[] {
  const there = new Set(filters.map(({ name }) => name));
  if (rules.rotation !== null) there.add("rotation");
  if (rules.caps.length > 0) there.add("cap");
  if (rules.minScore !== null) there.add("min_score");
  return rules.relax.filter((name) => there.has(name));
}
