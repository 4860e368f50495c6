/** What a page keeps in memory and nowhere else. */
interface Held {
  /** Whether something would be lost with the page. */
  isUnsaved(): boolean;
  /** Lets go of all of it: it is of a session that is over. */
  forget(): void;
}

const all: Held[] = [];

export function hold(held: Held): void {
  all.push(held);
}

export function isAnyUnsaved(): boolean {
  return all.some((held) => held.isUnsaved());
}

export function forgetAll(): void {
  for (const held of all) held.forget();
}

/** The browser's own question before the page is reloaded, closed or left for another site. */
export function askBeforeUnload(): void {
  addEventListener("beforeunload", (event) => {
    if (isAnyUnsaved()) event.preventDefault();
  });
}
