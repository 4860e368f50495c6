import { createPrng } from "../../base/index.ts";
import { type UserFigures, weightedMean } from "./metrics.ts";

export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** A figure with its 95 % interval, for the model and for popularity on the same cases, and the paired difference. */
export interface Metric {
  model: Interval;
  popularity: Interval;
  difference: Interval;
}

/** Two graphs' figures of the same users, alike in order and weights. */
export interface FigurePair {
  model: UserFigures;
  popularity: UserFigures;
}

const RESAMPLES = 1_000;
/** Draws between two turns of the thread, about 10 ms. */
const DRAWS_PER_TURN = 500_000;

/**
 * Paired bootstrap by user: each resample draws users with replacement and takes both figures of each, so that what is
 * hard for both does not widen the interval of the difference. `model[i]` and `popularity[i]` are of the same user.
 */
export function pairedBootstrap(model: Float64Array, popularity: Float64Array, seed: number): Metric {
  const turns = resample([{ model: { values: model }, popularity: { values: popularity } }], seed);
  for (;;) {
    const turn = turns.next();
    if (turn.done === true) return turn.value[0] as Metric;
  }
}

/** `pairedBootstrap` of several metrics by the same draws, which is where the time goes. */
export async function bootstrapPairs(
  pairs: readonly FigurePair[],
  seed: number,
  yieldTo: () => Promise<void>,
): Promise<Metric[]> {
  const turns = resample(pairs, seed);
  for (;;) {
    const turn = turns.next();
    if (turn.done === true) return turn.value;
    await yieldTo();
  }
}

function* resample(pairs: readonly FigurePair[], seed: number): Generator<void, Metric[]> {
  const prng = createPrng(`bootstrap/${seed}`);
  const users = pairs[0]?.model.values.length ?? 0;
  const drawn = new Uint16Array(users);
  const figures = pairs.map(() => ({
    model: new Float64Array(RESAMPLES),
    popularity: new Float64Array(RESAMPLES),
    difference: new Float64Array(RESAMPLES),
  }));
  let draws = 0;
  for (let round = 0; round < RESAMPLES; round++) {
    drawn.fill(0);
    for (let i = 0; i < users; i++) {
      const user = prng.int(users);
      drawn[user] = (drawn[user] as number) + 1;
    }
    for (const [index, pair] of pairs.entries()) {
      const model = drawnMean(pair.model, drawn);
      const popularity = drawnMean(pair.popularity, drawn);
      const figure = figures[index] as (typeof figures)[number];
      figure.model[round] = model;
      figure.popularity[round] = popularity;
      figure.difference[round] = model - popularity;
    }
    draws += users * (1 + pairs.length);
    if (draws < DRAWS_PER_TURN) continue;
    draws = 0;
    yield;
  }
  return pairs.map((pair, index) => {
    const { model, popularity, difference } = figures[index] as (typeof figures)[number];
    const values = [weightedMean(pair.model), weightedMean(pair.popularity)] as const;
    return {
      model: intervalOf(values[0], model),
      popularity: intervalOf(values[1], popularity),
      difference: intervalOf(values[0] - values[1], difference),
    };
  });
}

/** Mean over the drawn users, each as often as drawn; a weighted figure is one of all their cases. */
function drawnMean({ values, weights }: UserFigures, drawn: Uint16Array): number {
  let sum = 0;
  let total = 0;
  for (let user = 0; user < values.length; user++) {
    const times = drawn[user] as number;
    const weight = weights === undefined ? times : times * (weights[user] as number);
    sum += weight * (values[user] as number);
    total += weight;
  }
  return total === 0 ? 0 : sum / total;
}

function intervalOf(value: number, resampled: Float64Array): Interval {
  resampled.sort();
  const at = (share: number) => resampled[Math.round(share * (resampled.length - 1))] as number;
  return { value, low: at(0.025), high: at(0.975) };
}
