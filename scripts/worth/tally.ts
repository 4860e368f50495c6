/** Counts of one kind by day and shopper: what every figure and every interval is made of. */
export class Counts {
  readonly #shoppers: number;
  readonly #counts: Float64Array;

  constructor(days: number, shoppers: number) {
    this.#shoppers = shoppers;
    this.#counts = new Float64Array(days * shoppers);
  }

  add({ day, shopper }: { day: number; shopper: number }): void {
    const at = day * this.#shoppers + shopper;
    this.#counts[at] = (this.#counts[at] as number) + 1;
  }

  /** [shoppers] sums over the days `first` … `last`. */
  between(first: number, last: number): Float64Array {
    const sums = new Float64Array(this.#shoppers);
    for (let day = first; day <= last; day++) {
      for (let shopper = 0; shopper < this.#shoppers; shopper++) {
        const count = this.#counts[day * this.#shoppers + shopper] as number;
        sums[shopper] = (sums[shopper] as number) + count;
      }
    }
    return sums;
  }
}

/** What one policy's world adds up to. */
export interface Tally {
  visits: Counts;
  /** Clicks in lists. */
  clicks: Counts;
  /** Products bought, however they were found. */
  purchases: Counts;
}

export function createTally(days: number, shoppers: number): Tally {
  const counts = () => new Counts(days, shoppers);
  return { visits: counts(), clicks: counts(), purchases: counts() };
}
