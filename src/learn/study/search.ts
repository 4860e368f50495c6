import type { Ladder, Parameters } from "../model/learner.ts";
import { RUNGS } from "./rungs.ts";

/** A configuration, and how much of the data it is tried on. */
export interface TrialRequest {
  parameters: Parameters;
  /** Index into RUNGS. */
  rung: number;
}

export interface SearchLimits {
  /** Estimated CPU-seconds that all trials together may take. */
  allowanceSeconds: number;
  /** Estimated CPU-seconds of one trial. */
  trialSeconds(request: TrialRequest): number;
}

/** Relative gain that is worth a step: less is noise, and each step costs a fit. */
const GAIN_MIN = 0.003;
/** Of the configurations tried on a rung, this many are tried again on the next: successive halving, in thirds. */
const PROMOTED = [4, 2] as const;

/**
 * Successive halving (Jamieson and Talwalkar, AISTATS 2016) whose first rung is climbed, ladder by ladder, rather than drawn at random:
 * the ladders begin at good guesses. Yields what it wants tried and is sent its figure; returns the best configuration.
 * Deterministic, so a search that was cut short is taken up by telling it again what it has been told before.
 */
export function* search(
  ladders: readonly Ladder[],
  limits: SearchLimits,
): Generator<TrialRequest, Parameters, number> {
  const start = Object.fromEntries(ladders.map(({ name, values, start }) => [name, values[start] as number]));
  const last = RUNGS.length - 1;
  // What the later rungs will take is kept back from the first.
  const later = RUNGS.slice(1).map(
    (_, index) => (PROMOTED[index] ?? 1) * limits.trialSeconds({ parameters: start, rung: index + 1 }),
  );
  const kept = later.reduce((sum, seconds) => sum + seconds, 0);
  if (ladders.every(({ values }) => values.length === 1)) return start;
  const first = limits.trialSeconds({ parameters: start, rung: 0 });
  // Where the money is short, the first guess is the answer.
  if (first * 3 + limits.trialSeconds({ parameters: start, rung: last }) > limits.allowanceSeconds)
    return start;
  let tried = yield* climb(ladders, start, {
    ...limits,
    allowanceSeconds: Math.max(limits.allowanceSeconds - kept, first * 3),
  });
  for (let rung = 1; rung <= last; rung++) {
    const promoted = tried.slice(0, PROMOTED[rung - 1] ?? 1);
    const figures: Tried[] = [];
    for (const { parameters } of promoted) figures.push({ parameters, figure: yield { parameters, rung } });
    tried = byFigure(figures);
  }
  return tried[0]?.parameters ?? start;
}

interface Tried {
  parameters: Parameters;
  figure: number;
}

/** All that was tried on the way, the best first. */
function* climb(
  ladders: readonly Ladder[],
  start: Parameters,
  { allowanceSeconds, trialSeconds }: SearchLimits,
): Generator<TrialRequest, Tried[], number> {
  const tried: Tried[] = [];
  let spent = 0;
  const affords = (parameters: Parameters) =>
    spent + trialSeconds({ parameters, rung: 0 }) <= allowanceSeconds;
  function* figureOf(parameters: Parameters): Generator<TrialRequest, number, number> {
    spent += trialSeconds({ parameters, rung: 0 });
    const figure = yield { parameters, rung: 0 };
    tried.push({ parameters, figure });
    return figure;
  }
  let best: Tried = { parameters: start, figure: yield* figureOf(start) };
  for (const { name, values, start: startAt } of ladders) {
    let at = startAt;
    for (const direction of [1, -1]) {
      for (let next = at + direction; next >= 0 && next < values.length; next += direction) {
        const parameters = { ...best.parameters, [name]: values[next] as number };
        if (!affords(parameters)) break;
        const figure = yield* figureOf(parameters);
        if (figure < best.figure * (1 + GAIN_MIN)) break;
        best = { parameters, figure };
        at = next;
      }
      // What was better upwards is not sought downwards.
      if (at !== startAt) break;
    }
  }
  return byFigure(tried);
}

function byFigure(tried: readonly Tried[]): Tried[] {
  return tried.toSorted((a, b) => b.figure - a.figure);
}
