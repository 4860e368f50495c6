const MOVE_MS = 420;

/** Where each item of a list stands, by its id. */
export function positionsOf(list: Element): Map<string, DOMRect> {
  const cards = [...list.querySelectorAll<HTMLElement>("[data-ls-item]")];
  return new Map(cards.map((card) => [card.dataset.lsItem ?? "", card.getBoundingClientRect()]));
}

/** Lets items that stayed slide from their old place; the style sheet brings in those that are new. */
export function moveFrom(list: Element, before: ReadonlyMap<string, DOMRect>): void {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const [id, to] of positionsOf(list)) {
    const from = before.get(id);
    if (from === undefined || (from.x === to.x && from.y === to.y)) continue;
    const card = list.querySelector(`[data-ls-item="${CSS.escape(id)}"]`);
    card
      ?.closest("li")
      ?.animate([{ transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }, { transform: "none" }], {
        duration: MOVE_MS,
        easing: "cubic-bezier(.2, .7, .2, 1)",
      });
  }
}
