/**
 * When the interest of a visit changes suddenly: the newest interactions are about other categories than the ones before
 * them. Declared as data.
 */
export const INTEREST_PATTERN = {
  /** Interactions that are compared with the session's earlier ones. */
  newest: 5,
  /** Fewer earlier ones than this are no interest that could change. */
  earlierMin: 5,
  /** Total variation distance of the two distributions, 0 … 1, from which it is a change. */
  distanceMin: 0.6,
} as const;

/** The newest categories, oldest first, and the counts of those before. */
export interface InterestState {
  newest: readonly string[];
  earlier: Readonly<Record<string, number>>;
  earlierCount: number;
}

/** The rule as a state machine over the categories of one session's interactions, in the order of the event ids. */
export const interestPattern = {
  init(): InterestState {
    return { newest: [], earlier: {}, earlierCount: 0 };
  },

  step(state: InterestState, category: string): InterestState {
    const newest = [...state.newest, category];
    if (newest.length <= INTEREST_PATTERN.newest) return { ...state, newest };
    const [leaving = category, ...kept] = newest;
    const count = Object.hasOwn(state.earlier, leaving) ? (state.earlier[leaving] as number) : 0;
    return {
      newest: kept,
      earlier: { ...state.earlier, [leaving]: count + 1 },
      earlierCount: state.earlierCount + 1,
    };
  },

  /** How far the newest are from the earlier ones: 0 alike or too few to tell, 1 nothing in common. */
  distance({ newest, earlier, earlierCount }: InterestState): number {
    if (earlierCount < INTEREST_PATTERN.earlierMin || newest.length < INTEREST_PATTERN.newest) return 0;
    let common = 0;
    for (const category of new Set(newest)) {
      const share = newest.filter((each) => each === category).length / newest.length;
      const before = Object.hasOwn(earlier, category) ? (earlier[category] as number) / earlierCount : 0;
      common += Math.min(share, before);
    }
    return 1 - common;
  },

  verdict(state: InterestState): boolean {
    return interestPattern.distance(state) >= INTEREST_PATTERN.distanceMin;
  },
};
