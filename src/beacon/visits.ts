import type { EventProps } from "./api.ts";
import { IDLE_MS } from "./limits.ts";

/** What a page tells of being visited. */
export interface Visits {
  /** The item that the page now stands for: its time goes to it. */
  about(itemId: string | undefined): void;
  /** The page is hidden, or gone. */
  leave(): void;
}

/** The browser's Navigation API, as far as it is needed. */
interface Navigating {
  navigation?: EventTarget;
}

interface EntryChange extends Event {
  navigationType?: string | null;
}

/**
 * Tells `page` when one is opened, by loading it or by the site's own navigation, and `leave` when it is left or hidden: for how long somebody was at it since it
 * was told last (visible, with a sign of life in the last 30 s), and how far down they came. An address's query and fragment are not told: they may hold what is
 * private; a fragment that is a route (`#/…`) tells pages apart, all the same.
 */
export function watchVisits(
  tell: (type: "page" | "leave", props: EventProps) => void,
  now: () => number,
): Visits {
  let address = "";
  let path = "";
  let itemId: string | undefined;
  let activeMs = 0;
  let aliveMs = 0;
  let lowest = 0;
  let told = 0;
  // As of the last change: while one is being told, the stretch before it still counts.
  let isVisible = document.visibilityState === "visible";

  function isAlive(): void {
    const nowMs = now();
    if (isVisible) activeMs += Math.min(nowMs - aliveMs, IDLE_MS);
    aliveMs = nowMs;
    lowest = Math.max(lowest, scrollY + innerHeight);
  }

  function open(): void {
    address = addressOf(location);
    path = location.pathname;
    itemId = undefined;
    activeMs = told = lowest = 0;
    aliveMs = now();
    tell("page", { context: { path } });
  }

  function leave(): void {
    isAlive();
    const { scrollHeight } = document.documentElement;
    const depth = Math.min(100, Math.round((100 * lowest) / Math.max(scrollHeight, 1)));
    // Looked away at once: nothing was learned of it.
    if (activeMs < 1_000 && depth <= told) return;
    tell("leave", {
      ...(itemId !== undefined && { item_id: itemId }),
      duration_ms: Math.round(activeMs),
      context: { path, scroll_depth: depth },
    });
    activeMs = 0;
    told = depth;
  }

  /** A replaced address is another page only where its path is another: pages write into the rest of it while somebody types. */
  function navigated(isReplaced: boolean): void {
    if (isReplaced && location.pathname === path) address = addressOf(location);
    if (addressOf(location) === address) return;
    leave();
    open();
  }

  for (const type of ["pointermove", "pointerdown", "keydown", "scroll"])
    addEventListener(type, isAlive, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => {
    isAlive();
    isVisible = document.visibilityState === "visible";
  });
  addEventListener("pageshow", ({ persisted }) => persisted && open());
  onNavigation(navigated);
  const { prerendering } = document as Document & { prerendering?: boolean };
  if (prerendering) document.addEventListener("prerenderingchange", open, { once: true });
  else open();
  return {
    about(id) {
      itemId = id;
    },
    leave,
  };
}

function addressOf({ pathname, search, hash }: Location): string {
  return pathname + search + (/^#!?\//.test(hash) ? hash : "");
}

/** Calls after the address has changed. Where the browser has no Navigation API, the History API's own calls are listened to. */
function onNavigation(navigated: (isReplaced: boolean) => void): void {
  const { navigation } = window as Navigating;
  if (navigation !== undefined) {
    navigation.addEventListener("currententrychange", (event) =>
      navigated((event as EntryChange).navigationType === "replace"),
    );
    return;
  }
  addEventListener("popstate", () => navigated(false));
  for (const name of ["pushState", "replaceState"] as const) {
    const own = history[name];
    history[name] = function (this: History, ...args) {
      own.apply(this, args);
      navigated(name === "replaceState");
    };
  }
}
