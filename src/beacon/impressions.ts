/** What was seen of one answer. */
export interface Seen {
  recommendationId: string;
  scenario?: string | undefined;
  items: { item_id: string; position: number }[];
}

/** At least half of an item for a second, as the Media Rating Council counts a viewable impression. */
const VISIBLE_RATIO = 0.5;
const VISIBLE_MS = 1_000;
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
    timers.delete(element);
    const place = placeOf(element);
    if (place === null || told.has(place.key) || document.visibilityState === "hidden") return;
    told.add(place.key);
    const { recommendationId, scenario, itemId, position } = place;
    const seen = gathered.get(recommendationId) ?? { recommendationId, scenario, items: [] };
    seen.items.push({ item_id: itemId, position });
    gathered.set(recommendationId, seen);
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

  function scan(): void {
    for (const element of document.querySelectorAll("[data-ls-rec] [data-ls-item]")) {
      const key = placeOf(element)?.key ?? "";
      if (watched.get(element) === key) continue;
      // A page that reuses an element for another item: observed anew, its crossing is reported anew.
      crossings.unobserve(element);
      crossings.observe(element);
      watched.set(element, key);
    }
  }

  new MutationObserver(scan).observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributeFilter: ["data-ls-rec", "data-ls-item"],
  });
  scan();
  return tellAll;
}

export interface Place {
  /** One per answer and item. */
  key: string;
  recommendationId: string;
  scenario?: string | undefined;
  itemId: string;
  position: number;
}

/** Which item of which answer an element, or what holds it, stands for. */
export function placeOf(element: Element | null): Place | null {
  const item = element?.closest<HTMLElement>("[data-ls-item]");
  const answer = item?.closest<HTMLElement>("[data-ls-rec]");
  const itemId = item?.dataset.lsItem;
  const recommendationId = answer?.dataset.lsRec;
  if (!item || !answer || !itemId || !recommendationId) return null;
  const position = Number(
    item.dataset.lsPosition ?? [...answer.querySelectorAll("[data-ls-item]")].indexOf(item),
  );
  const scenario = answer.dataset.lsScenario;
  return { key: `${recommendationId} ${itemId}`, recommendationId, scenario, itemId, position };
}
