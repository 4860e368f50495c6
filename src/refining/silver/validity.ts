/** A change of something: its whole state afterwards, or that it is gone. */
export interface StateChange<State> {
  atMs: number;
  /** Null: deleted. */
  state: State | null;
  /** The state as text: equal texts are equal states. */
  text: string;
}

export interface ValidState<State> {
  state: State;
  /** Included. */
  fromMs: number;
  /** Not included; null: it still holds. */
  toMs: number | null;
}

/**
 * Changes of one thing, by time, as the intervals in which its states held: a deletion closes, equal states that follow each other
 * are one. Of changes at the same time the last by `compareChanges` is taken for all of them.
 */
export class ValidityFold<State> {
  readonly #emit: (state: ValidState<State>) => void;
  #latest: StateChange<State> | null = null;
  #open: { state: State; text: string; fromMs: number } | null = null;

  constructor(emit: (state: ValidState<State>) => void) {
    this.#emit = emit;
  }

  add(change: StateChange<State>): void {
    if (this.#latest !== null && this.#latest.atMs !== change.atMs) this.#apply(this.#latest);
    this.#latest = change;
  }

  /** After the thing's last change; the fold is then ready for another. */
  end(): void {
    if (this.#latest !== null) this.#apply(this.#latest);
    this.#close(null);
    this.#latest = null;
  }

  #apply({ atMs, state, text }: StateChange<State>): void {
    if (state !== null && this.#open?.text === text) return;
    this.#close(atMs);
    if (state !== null) this.#open = { state, text, fromMs: atMs };
  }

  #close(toMs: number | null): void {
    if (this.#open === null) return;
    const { state, fromMs } = this.#open;
    this.#emit({ state, fromMs, toMs });
    this.#open = null;
  }
}

/** By time; at one time deletions last, so that what was deleted stays so; else by text, whatever the order of arrival. */
export function compareChanges(
  a: Omit<StateChange<unknown>, "state"> & { deleted: boolean },
  b: Omit<StateChange<unknown>, "state"> & { deleted: boolean },
): number {
  return (
    a.atMs - b.atMs ||
    Number(a.deleted) - Number(b.deleted) ||
    (a.text < b.text ? -1 : Number(a.text > b.text))
  );
}
