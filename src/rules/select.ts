import type { Scalar } from "./rules.ts";

export interface Candidate {
  index: number;
  /** Standard deviations. */
  score: number;
}

export interface SelectOptions {
  limit: number;
  caps: readonly { field: string; max: number }[];
  /** 0 … 1 */
  diversity: number;
  /** Place, 0 the first → what stands there, whatever its score; the caps count it, and do not stop it. */
  pinned: ReadonlyMap<number, Candidate>;
  valuesOf(index: number, field: string): readonly Scalar[];
  /** Whether an item is none of the caps' business. */
  isUncapped?(index: number): boolean;
  /** −1 … 1; asked only with a diversity. */
  likeness(a: number, b: number): number;
}

export interface Selection {
  chosen: Candidate[];
  /** Item → the field whose cap kept it out, of those that were looked at. */
  capped: Map<number, string>;
}

/**
 * The list out of candidates, best first: each next place goes to the candidate with the most of
 * (1 − diversity) · score − diversity · likeness to the nearest chosen one (maximal marginal relevance; Carbonell and Goldstein,
 * SIGIR 1998), scores scaled to 0 … 1 over the candidates, that no cap stops. Stable.
 */
export function select(candidates: readonly Candidate[], options: SelectOptions): Selection {
  const { limit, pinned, diversity } = options;
  const taken = new Set([...pinned.values()].map(({ index }) => index));
  const open = candidates.filter(({ index }) => !taken.has(index));
  const caps = new CapCounts(options);
  for (const { index } of pinned.values()) caps.count(index);
  const next = diversity === 0 ? byScore(open) : byMargin(open, options);
  const capped = new Map<number, string>();
  const chosen: Candidate[] = [];
  const later = new Map(pinned);
  while (chosen.length < limit) {
    const pin = later.get(chosen.length);
    const one =
      pin ??
      next((index) => {
        const field = caps.stopping(index);
        if (field !== null) capped.set(index, field);
        return field === null;
      });
    if (one === undefined) break;
    if (pin === undefined) caps.count(one.index);
    else later.delete(chosen.length);
    chosen.push(one);
  }
  // The list ended before their places: they are its end.
  const rest = [...later].sort(([a], [b]) => a - b).filter(([place]) => place < limit);
  chosen.push(...rest.map(([, one]) => one).slice(0, limit - chosen.length));
  return { chosen, capped };
}

type Next = (isFree: (index: number) => boolean) => Candidate | undefined;

/** What a cap stops is stopped for good, so one pass is enough. */
function byScore(open: readonly Candidate[]): Next {
  let at = 0;
  return (isFree) => {
    while (at < open.length) {
      const one = open[at++] as Candidate;
      if (isFree(one.index)) return one;
    }
    return undefined;
  };
}

function byMargin(open: readonly Candidate[], { diversity, likeness, pinned }: SelectOptions): Next {
  const left = new Set(open);
  const relevance = scaled(open);
  const nearest = new Map<Candidate, number>(open.map((one) => [one, 0]));
  const draw = (to: Candidate) => {
    for (const one of left) {
      nearest.set(one, Math.max(nearest.get(one) as number, likeness(one.index, to.index)));
    }
  };
  for (const one of pinned.values()) draw(one);
  return (isFree) => {
    let best: Candidate | undefined;
    let bestMargin = Number.NEGATIVE_INFINITY;
    for (const one of left) {
      const margin =
        (1 - diversity) * (relevance.get(one) as number) - diversity * (nearest.get(one) as number);
      if (margin <= bestMargin) continue;
      // Stopped for good: a place costs one pass, however many a cap keeps out.
      if (!isFree(one.index)) left.delete(one);
      else [best, bestMargin] = [one, margin];
    }
    if (best === undefined) return undefined;
    left.delete(best);
    draw(best);
    return best;
  };
}

function scaled(candidates: readonly Candidate[]): Map<Candidate, number> {
  const scores = candidates.map(({ score }) => score);
  const low = Math.min(...scores);
  const span = Math.max(...scores) - low;
  return new Map(candidates.map((one) => [one, span === 0 ? 1 : (one.score - low) / span]));
}

/** How many chosen items have each value of the capped fields. */
class CapCounts {
  readonly #options: SelectOptions;
  readonly #counts: Map<Scalar, number>[];

  constructor(options: SelectOptions) {
    this.#options = options;
    this.#counts = options.caps.map(() => new Map());
  }

  /** The field whose cap keeps an item out; null: none. */
  stopping(index: number): string | null {
    if (this.#options.isUncapped?.(index)) return null;
    for (const [at, { field, max }] of this.#options.caps.entries()) {
      const counts = this.#counts[at];
      const values = this.#options.valuesOf(index, field);
      if (values.some((value) => (counts?.get(value) ?? 0) >= max)) return field;
    }
    return null;
  }

  count(index: number): void {
    if (this.#options.isUncapped?.(index)) return;
    for (const [at, { field }] of this.#options.caps.entries()) {
      const counts = this.#counts[at];
      for (const value of this.#options.valuesOf(index, field))
        counts?.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
}
