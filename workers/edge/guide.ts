import { EXPRESSION_FORMS, ITEM_FIELDS_TOLD, USER_FIELDS_TOLD } from "../../src/rules/index.ts";
import { type Entry, entriesOf } from "./curl.ts";
import type { ApiDocument } from "./docs.ts";
import { html, Markup, prose } from "./markup.ts";

interface Chapter {
  id: string;
  heading: string;
  paragraphs: readonly string[];
  /** Operations, by their ids in the document. */
  see: readonly string[];
}

/** What the list of calls alone does not tell: how they belong together. */
const CHAPTERS: readonly Chapter[] = [
  {
    id: "scenarios",
    heading: "Scenarios",
    paragraphs: [
      "A scenario is a named place of your pages, such as `home` or `basket`, with rules, a number of items, fields and fallback lists of its own. Store it once; then ask with `scenario=home`, and change what it does without touching the page. Names that nothing is stored under are fine: they tell places apart in what you measure.",
      "`fallback` names the lists that fill up what the model leaves open; `exploration.share` gives places to items of which little is known (each of a list's first 16 places with that chance, until six are given), and none in a list whose `min_score` holds, as such items have no score to compare; `event_weights` says what an event tells about taste here. A change is in force everywhere within a minute, every version is kept, and any can be restored. `expected_version` keeps two editors from overwriting each other.",
      "`holdout.share` tells what lists are worth: so many of the visitors, drawn by lot, get the popular list in place of the model's, under the same rules. Answers name their `variant`: `popular` for those, `personal` for the others, `control` where nobody is held out or nobody is named. A visitor keeps the variant, by `user_id`, else `anonymous_id`, else `session_id`. Who signs in is asked for by the `user_id` from then on and drawn again: such a visitor may see both, and counts as two. Without a name nobody is held out, nor counted; send the same ids with a list's question as with its impression. `GET /v1/admin/outcome` tells the lift, with an interval that holds however often you look.",
    ],
    see: ["put_v1_admin_scenarios_name", "get_v1_admin_scenarios_name_versions", "get_v1_admin_outcome"],
  },
  {
    id: "paging",
    heading: "Pages",
    paragraphs: [
      "Ask with `cursor=first`; the answer's `next_cursor` asks for the next page, with everything else as before, and is null after the last. No item comes twice, even where a new model went live in between. Caps hold on each page by itself. There is no way back: keep what you have shown.",
    ],
    see: ["get_v1_recommendations"],
  },
  {
    id: "batch",
    heading: "Several lists of one page",
    paragraphs: [
      "One request with up to ten `placements` spares the visitor round trips, and with `distinct` (the default) no item stands twice on the page: earlier placements choose first. Caps hold in each placement by itself.",
    ],
    see: ["post_v1_recommendations_batch"],
  },
  {
    id: "rank",
    heading: "Ordering a list of yours",
    paragraphs: [
      "Search results, a category, a hand-made list: send its ids and get them back in the visitor's order. Nothing is dropped; what the model does not know goes last, without a score.",
    ],
    see: ["post_v1_rank"],
  },
  {
    id: "why",
    heading: "Why this, and why not that",
    paragraphs: [
      "Ask as for the list itself. Each item comes with its source, the items of the visitor's history that spoke for it, what rules did, and its rank before them; `items` names others, and the answer says what kept each out. With the secret key you may ask for anybody; a browser may ask about its own visit: with the `recommendation_id` of a list that it was given within the hour, and the `session_id` or `anonymous_id` that it asked with; of a `user_id` only with a `user_token`, as reasons name what the user did.",
    ],
    see: ["get_v1_why", "post_v1_why"],
  },
];

/** The guide's parts, for the page's navigation. */
export const GUIDE_LINKS: readonly { id: string; heading: string }[] = [
  { id: "rules", heading: "Rules" },
  ...CHAPTERS,
];

export function drawGuide(document: ApiDocument): Markup {
  const entries = entriesOf(document);
  return html`${drawRules(document)}${CHAPTERS.map((chapter) => drawChapter(chapter, entries))}`;
}

function drawChapter({ id, heading, paragraphs, see }: Chapter, entries: readonly Entry[]): Markup {
  const links = entries
    .filter(({ operation }) => see.includes(operation.operationId))
    .map(
      ({ method, path, operation: { operationId } }) =>
        html` <a href="#${operationId}"><code>${method.toUpperCase()} ${path}</code></a>`,
    );
  return html`<section id="${id}"><h2>${heading}</h2>
${paragraphs.map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
<p>See${links}</p></section>`;
}

function drawRules({ components }: ApiDocument): Markup {
  const parts = Object.entries(components?.schemas?.Rules?.properties ?? {}).map(
    ([name, { description = "", examples = [] }]) =>
      html`<tr><td><code>${name}</code></td><td>${prose(description)}</td><td>${codeLines(examples)}</td></tr>`,
  );
  const forms = EXPRESSION_FORMS.map(
    ({ holds, examples }) => html`<tr><td>${codeLines(examples)}</td><td>${prose(holds)}</td></tr>`,
  );
  return html`<section id="rules"><h2>Rules</h2>
<p>${prose(
    "What may be in a list and what is preferred: as `rules` in the body of a `POST`, in a scenario, or in both, and then both hold. There is nothing to register: a field that an item has can be named at once. What is wrong is answered with a 400 whose `field` is the place in the expression, such as `rules.filter.and.1.price.gt`.",
  )}</p>
<p>${prose(
    "Filters act before the best are taken, so a list is full while enough items qualify: `qualifying` in the answer says how many do. When too few are left, what `relax` names is given up, in that order, and `relaxed` says what it was. A request gives up only what it has brought itself: nothing of its scenario, nor a `category`. Of `min_score` and `rotation` the stricter of the two holds. What is stored of a `user_id` that neither a secret key nor a `user_token` vouches for (attributes, segments, interactions, impressions) only a scenario's rules see: a request's own go by what it tells itself, `interacted` by its `recent`, and its `rotation` does nothing. The answer's `notices` say so.",
  )}</p>
<div class="wide names"><table><tr><th>part</th><th></th><th>for example</th></tr>${parts}</table></div>
<h3>Expressions</h3>
<p>${prose(
    "All that an expression names must hold. Without a value nothing compares: an item that lacks the field passes no test, and passes `ne`, `not_in`, `none` and `not`.",
  )} Fields of items: ${ITEM_FIELDS_TOLD}. Of visitors: ${USER_FIELDS_TOLD}.</p>
<div class="wide"><table><tr><th>expression</th><th>holds for</th></tr>${forms}</table></div></section>`;
}

function codeLines(values: readonly unknown[]): Markup {
  return new Markup(values.map((value) => html`<code>${JSON.stringify(value)}</code>`.html).join("<br>"));
}
