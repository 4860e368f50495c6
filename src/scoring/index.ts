/**
 * scoring: inside the scorer Worker. Keeps each tenant's live model ready (loaded, warmed, swapped, evicted), lays the
 * overlay and the rules over it, and answers a history with ranked items. Reads R2 in the background only; never waits
 * for a model, never touches D1 or the Queue.
 */
export type { Fault, ScoringPorts } from "./ports.ts";
export { createScorer, type Scorer } from "./scorer.ts";
export { tryVersion } from "./trial.ts";
