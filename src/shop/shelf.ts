import type { Answer, AnswerItem } from "../beacon/index.ts";
import { drawCard } from "./card.ts";
import { el } from "./dom.ts";
import { moveFrom, positionsOf } from "./motion.ts";
import { type Timing, timed } from "./timing.ts";

export interface ShelfOptions {
  heading: string;
  /** Told to the server as the impressions' and clicks' scenario. */
  scenario: string;
  /** Part of the answer's address, to find its timing by. */
  path: string;
  onPick(item: AnswerItem): void;
  /** Where the shelf's items can be explained: asked about one of them. */
  onWhy?(item: AnswerItem, recommendationId: string): void;
  /** What the shelf does that others do not. */
  about?: HTMLElement;
  /** A button or so at the end of its head. */
  action?: HTMLElement;
}

export interface Shelf {
  element: HTMLElement;
  rename(heading: string): void;
  heading(): string;
  has(itemId: string): boolean;
  /** The items on show, best first. */
  items(): AnswerItem[];
  /** Asks and shows the answer; resolves to how many items were not there before, or null when it failed or came late. */
  fill(request: () => Promise<Answer>): Promise<number | null>;
}

/** A row of cards over one answer, with its states: waiting, filled, empty, failed. */
export function createShelf({ heading, scenario, path, onPick, onWhy, ...more }: ShelfOptions): Shelf {
  const id = `shelf-${scenario}`;
  const title = el("h2", { id }, heading);
  const badges = el("span", { class: "badges" });
  const list = el("ul", { class: "cards", "data-ls-scenario": scenario });
  const foot = el("div", { class: "fine" });
  const element = el(
    "section",
    { class: "shelf", "aria-labelledby": id },
    el("div", { class: "head" }, title, badges, more.action ?? null),
    more.about ?? null,
    list,
    foot,
  );
  let shown = new Map<string, AnswerItem>();
  let latest = 0;

  list.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>("button") : null;
    const { lsItem, why } = button?.dataset ?? {};
    const item = shown.get(lsItem ?? why ?? "");
    if (item === undefined) return;
    if (why === undefined) onPick(item);
    else onWhy?.(item, list.dataset.lsRec ?? "");
  });

  function show(answer: Answer, timing: Timing): number {
    const before = positionsOf(list);
    const focused = document.activeElement?.closest<HTMLElement>("[data-ls-item]");
    const hadFocus = focused !== null && list.contains(document.activeElement);
    const isNew = ({ item_id }: AnswerItem) => shown.size > 0 && !shown.has(item_id);
    const arrivals = answer.items.filter(isNew).length;
    list.dataset.lsRec = answer.recommendation_id;
    list.replaceChildren(
      ...answer.items.map((item) => drawCard(item, { isNew: isNew(item), hasWhy: onWhy !== undefined })),
    );
    // On a narrow screen the row scrolls sideways: the new answer begins at its best.
    list.scrollLeft = 0;
    moveFrom(list, before);
    if (hadFocus) focusCard(list, focused?.dataset.lsItem ?? "");
    shown = new Map(answer.items.map((item) => [item.item_id, item]));
    badges.replaceChildren(...drawBadges(answer));
    foot.replaceChildren(drawFoot(answer, timing));
    if (answer.items.length === 0) {
      const detail = answer.degraded?.detail ?? "there is nothing to recommend";
      list.replaceChildren(el("li", { class: "note" }, `Nothing here yet: ${detail}.`));
    }
    return arrivals;
  }

  function fail(error: unknown, retry: () => void): void {
    shown.clear();
    badges.replaceChildren();
    foot.replaceChildren();
    delete list.dataset.lsRec;
    const again = el("button", { type: "button", class: "plain" }, "Try again");
    again.addEventListener("click", retry);
    list.replaceChildren(el("li", { class: "note", role: "alert" }, explain(error), " ", again));
  }

  const shelf: Shelf = {
    element,
    rename(text) {
      title.textContent = text;
    },
    heading: () => title.textContent,
    has: (itemId) => shown.has(itemId),
    items: () => [...shown.values()],
    async fill(request) {
      const turn = ++latest;
      element.ariaBusy = "true";
      if (shown.size === 0) list.replaceChildren(...Array.from({ length: 6 }, drawPlaceholder));
      try {
        const { value, timing } = await timed(path, request);
        // An older question that was answered late must not overwrite a newer answer.
        return turn === latest ? show(value, timing) : null;
      } catch (error) {
        if (turn === latest) fail(error, () => void shelf.fill(request));
        return null;
      } finally {
        if (turn === latest) element.ariaBusy = "false";
      }
    },
  };
  return shelf;
}

/** Who came by keyboard stays where they were, or at the row's beginning when their item has left it. */
function focusCard(list: Element, itemId: string): void {
  const card = list.querySelector<HTMLElement>(`[data-ls-item="${CSS.escape(itemId)}"]`);
  (card ?? list.querySelector("button"))?.focus({ preventScroll: true });
}

function drawPlaceholder(): HTMLLIElement {
  return el("li", { class: "ghost", "aria-hidden": "true" }, el("span"), el("span"), el("span"));
}

function drawBadges({ items, degraded, qualifying, relaxed = [] }: Answer): HTMLElement[] {
  const sources = [...new Set(items.map(({ source }) => source))];
  return [
    ...sources.map((source) => el("span", { class: `badge ${source}` }, source.replaceAll("_", " "))),
    ...(qualifying === undefined ? [] : [el("span", { class: "badge" }, `${qualifying} qualify`)]),
    ...relaxed.map((part) => el("span", { class: "badge degraded" }, `relaxed: ${part}`)),
    ...(degraded === undefined
      ? []
      : [
          el(
            "span",
            { class: "badge degraded", title: degraded.detail },
            `degraded: ${degraded.reason.replaceAll("_", " ")}`,
          ),
        ]),
  ];
}

function drawFoot(answer: Answer, { totalMs, stages }: Timing): HTMLElement {
  const facts = [
    answer.model_version === null ? "no model in this list" : `model ${answer.model_version}`,
    `${totalMs.toFixed(0)} ms in the browser`,
    ...stages.map(({ name, durationMs }) => `${name} ${durationMs.toFixed(durationMs < 10 ? 1 : 0)} ms`),
  ];
  return el(
    "details",
    {},
    el("summary", {}, facts.join(" · ")),
    el("p", {}, "recommendation_id ", el("code", {}, answer.recommendation_id)),
    el("p", {}, "variant ", el("code", {}, answer.variant)),
  );
}

function explain(error: unknown): string {
  const status = (error as { status?: number }).status ?? 0;
  if (status === 0) return "No connection to the server.";
  if (status === 401 || status === 403)
    return "The server does not know this page's key: start the demo again.";
  if (status === 429) return "Too many requests in a short time. Wait a moment.";
  return `The server answered with ${status}.`;
}
