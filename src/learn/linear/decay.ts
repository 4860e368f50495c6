import { DAY_MS } from "../../base/index.ts";
import type { Parameters } from "../model/learner.ts";

/**
 * How much of an interaction is left when more have followed: exp(−positions / τ_position − days / τ_age). Positions suit
 * bursts, ages suit visits; what a site needs is chosen on its own data. A rate of 0 means no decay.
 */
export interface Decay {
  perPosition: number;
  perDay: number;
}

export function decayOf(parameters: Parameters): Decay {
  return {
    perPosition: parameters.positionDecay === undefined ? 0 : 1 / parameters.positionDecay,
    perDay: (parameters.ageDecayDays ?? 0) === 0 ? 0 : 1 / (parameters.ageDecayDays ?? 1),
  };
}

/** What is left after one step: of the interaction at `fromMs`, when the next one is at `toMs`. */
export function stepDecay({ perPosition, perDay }: Decay, fromMs: number, toMs: number): number {
  return Math.exp(-perPosition - (perDay * (toMs - fromMs)) / DAY_MS);
}

/** Left parts below this are taken for nothing. */
export const DECAY_MIN = 5e-3;
