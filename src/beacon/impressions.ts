interface Answered {
  recommendation_id: string;
  scenario?: string;
}

/** What was seen of one answer. */
export interface Seen extends Answered {
  items: { item_id: string; position: number }[];
}

/** At least half of an item for a second, as the Media Rating Council counts a viewable impression. */
const VISIBLE_RATIO = 0.5;
const VISIBLE_MS = 1_000;
const ITEMS = "[data-ls-rec] [data-ls-item]";
/** Items of one answer become visible together: they ride in one event. */
const GATHER_MS = 500;

/**
 * Watches `[data-ls-item]` inside `[data-ls-rec]` and tells, once per answer and item, what the visitor could see. The
 * position is `data-ls-position`, or the place among the answer's items on the page. Returns what tells at once: for
 * the page's end.
 */
export function watchImpressions(tell: (seen: Seen) => void): () => void {
  const told = new Set<string>();
  const timers = new Map<Element, number>();
  const watched = new WeakMap<Element, string>();
  let gathered = new Map<string, Seen>();
  let gathering = 0;

  function tellAll(): void {
    clearTimeout(gathering);
    gathering = 0;
    const seen = gathered;
    gathered = new Map();
    seen.forEach(tell);
  }

  function see(element: Element): void {
    // Not seen; it is timed anew when the page is shown.
    if (document.visibilityState === "hidden") return;
    timers.delete(element);
    const place = placeOf(element);
    if (place === null || told.has(place.key)) return;
    const { key, answer, itemId } = place;
    told.add(key);
    const seen = gathered.get(answer.recommendation_id) ?? { ...answer, items: [] };
    seen.items.push({ item_id: itemId, position: positionOf(place) });
    gathered.set(answer.recommendation_id, seen);
    gathering ||= window.setTimeout(tellAll, GATHER_MS);
  }

  const crossings = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, intersectionRatio } of entries) {
        clearTimeout(timers.get(target));
        timers.delete(target);
        if (!isIntersecting || intersectionRatio < VISIBLE_RATIO) continue;
        timers.set(
          target,
          window.setTimeout(() => see(target), VISIBLE_MS),
        );
      }
    },
    { threshold: VISIBLE_RATIO },
  );

  /** What was reported of the element before is reported anew. */
  function observe(element: Element): void {
    crossings.unobserve(element);
    crossings.observe(element);
  }

  /** The root itself too. Looks at nothing else on the page: it is called for all that changes. */
  function scan(root: Element): void {
    for (const element of [root, ...root.querySelectorAll(ITEMS)]) {
      const key = element.matches(ITEMS) ? placeOf(element)?.key : undefined;
      // A page may reuse an element for another item.
      if (key === undefined || watched.get(element) === key) continue;
      observe(element);
      watched.set(element, key);
    }
  }

  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes)
      for (const node of type === "attributes" ? [target] : addedNodes)
        if (node instanceof Element) scan(node);
  }).observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributeFilter: ["data-ls-rec", "data-ls-item"],
  });
  document.addEventListener("visibilitychange", () =>
    timers.forEach((timer, element) => {
      clearTimeout(timer);
      observe(element);
    }),
  );
  scan(document.documentElement);
  return tellAll;
}

export interface Place {
  /** One per answer and item. */
  key: string;
  itemId: string;
  item: HTMLElement;
  list: HTMLElement;
  /** The answer, in an event's own words. */
  answer: Answered;
}

/** Which item of which answer an element, or what holds it, stands for. */
export function placeOf(element: Element | null): Place | null {
  const item = element?.closest<HTMLElement>("[data-ls-item]");
  const list = item?.closest<HTMLElement>("[data-ls-rec]");
  const itemId = item?.dataset.lsItem;
  const recommendationId = list?.dataset.lsRec;
  if (!item || !list || !itemId || !recommendationId) return null;
  const scenario = list.dataset.lsScenario;
  const answer = { recommendation_id: recommendationId, ...(scenario && { scenario }) };
  return { key: `${recommendationId} ${itemId}`, itemId, item, list, answer };
}

/** Looks through the whole list: asked for what was seen only. */
function positionOf({ item, list }: Place): number {
  return Number(item.dataset.lsPosition ?? [...list.querySelectorAll("[data-ls-item]")].indexOf(item));
}
