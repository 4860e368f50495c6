import type { AnswerItem } from "../beacon/index.ts";
import { byId, el } from "./dom.ts";

/** Rules as the API takes them. */
export type Rules = Readonly<Record<string, unknown>>;

export interface Filters {
  /** What is chosen, as rules; undefined where nothing is. */
  rules(): Rules | undefined;
  /** Items that came in answers: their categories are what can be chosen, as the page knows no catalogue. */
  learn(items: readonly AnswerItem[]): void;
}

/** The bar above the shelves. Whatever is chosen goes with the next question; nothing has to be registered before. */
export function createFilters(onChange: () => void): Filters {
  const bar = byId<HTMLFormElement>("filters");
  const category = byId<HTMLSelectElement>("category");
  const price = byId<HTMLSelectElement>("price");
  const inStock = byId<HTMLInputElement>("in-stock");
  const unseen = byId<HTMLInputElement>("unseen");
  const known = new Set<string>();
  bar.addEventListener("change", onChange);
  // After the fields have been emptied, which the event itself comes before.
  bar.addEventListener("reset", () => setTimeout(onChange));
  bar.addEventListener("submit", (event) => event.preventDefault());
  bar.hidden = false;

  function conditions(): Rules[] {
    return [
      ...(category.value === "" ? [] : [{ categories: category.value }]),
      ...(price.value === "" ? [] : [{ price: { lte: Number(price.value) } }]),
      ...(inStock.checked ? [{ stock: { gt: 0 } }] : []),
      ...(unseen.checked ? [{ not: { interacted: { within: "30d" } } }] : []),
    ];
  }

  return {
    rules() {
      const and = conditions();
      return and.length === 0 ? undefined : { filter: { and } };
    },
    learn(items) {
      const fresh = items.flatMap(({ categories = [] }) => categories).filter((name) => !known.has(name));
      if (fresh.length === 0) return;
      for (const name of fresh) known.add(name);
      const chosen = category.value;
      const names = [...known].sort((a, b) => a.localeCompare(b));
      category.replaceChildren(
        el("option", { value: "" }, "All categories"),
        ...names.map((name) => el("option", { value: name }, name)),
      );
      category.value = chosen;
    },
  };
}
