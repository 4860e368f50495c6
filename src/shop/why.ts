import type { AnswerItem, Why } from "../beacon/index.ts";
import { byId, el } from "./dom.ts";
import { absenceOf, areOthers, reasonsFor } from "./reasons.ts";
import type { Titles } from "./titles.ts";

/** Opens a dialogue that says why an item is in its list. `ask` asks the server about the list, and about the item where it has left it since. */
export async function showWhy(
  item: AnswerItem,
  ask: (itemId: string) => Promise<Why>,
  titles: Titles,
): Promise<void> {
  const dialog = byId<HTMLDialogElement>("why");
  const body = byId("why-body");
  byId("why-title").textContent = item.title ?? item.item_id;
  body.replaceChildren(el("p", { class: "fine" }, "Asking …"));
  dialog.showModal();
  try {
    const why = await ask(item.item_id);
    if (areOthers(why)) {
      body.replaceChildren(el("p", {}, UNVOUCHED));
      return;
    }
    const told = why.items.find(({ item_id }) => item_id === item.item_id);
    await titles.fetch(told?.history.map(({ item_id }) => item_id) ?? []);
    const unlisted = why.not_listed.find(({ item_id }) => item_id === item.item_id);
    const words =
      told === undefined ? [absenceOf(unlisted, why.degraded !== undefined)] : reasonsFor(told, titles.of);
    const facts = [
      ...(told === undefined ? [] : [`source ${told.source}`, `score ${told.score.toFixed(2)}`]),
      ...(why.qualifying === null ? [] : [`${why.qualifying} items qualify`]),
    ];
    body.replaceChildren(
      el("ul", {}, ...words.map((text) => el("li", {}, text))),
      el("p", { class: "fine" }, facts.join(" · ")),
    );
  } catch (error) {
    const status = (error as { status?: number }).status ?? 0;
    const text = status === 403 ? OTHERS : "The server cannot say so just now.";
    body.replaceChildren(el("p", {}, text));
  }
}

const UNVOUCHED =
  "The list was made for a shopper by name. Its reasons tell what the shopper did, so they need a signed user_token, which this page was not given.";

const OTHERS =
  "Reasons are told to the visit that the list was made for. Turn “Personalise” on, and the next list can be explained.";
