import { useEffect, useState } from "preact/hooks";

/** Something that outlives the parts of a page which show it. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(first: T) {
    this.#value = first;
  }

  get value(): T {
    return this.#value;
  }

  set(next: T): void {
    this.#value = next;
    for (const listener of this.#listeners) listener(next);
  }

  /** Calls for each change; the answer ends it. */
  listen(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** What a store holds, as it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, setTurn] = useState(0);
  useEffect(() => {
    const again = () => setTurn((before) => before + 1);
    // It may have changed since it was drawn.
    again();
    return store.listen(again);
  }, [store]);
  return store.value;
}
