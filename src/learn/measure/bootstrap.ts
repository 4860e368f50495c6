import { createPrng } from "../../base/index.ts";

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

const RESAMPLES = 1_000;

/**
 * Paired bootstrap by user: each resample draws users with replacement and takes both figures of each, so that what is
 * hard for both does not widen the interval of the difference. `model[i]` and `popularity[i]` are of the same user.
 */
export function pairedBootstrap(model: Float64Array, popularity: Float64Array, seed: number): Metric {
  const prng = createPrng(`bootstrap/${seed}`);
  const users = model.length;
  const models = new Float64Array(RESAMPLES);
  const popularities = new Float64Array(RESAMPLES);
  const differences = new Float64Array(RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    let modelSum = 0;
    let popularitySum = 0;
    for (let i = 0; i < users; i++) {
      const user = prng.int(users);
      modelSum += model[user] as number;
      popularitySum += popularity[user] as number;
    }
    models[resample] = modelSum / Math.max(users, 1);
    popularities[resample] = popularitySum / Math.max(users, 1);
    differences[resample] = (modelSum - popularitySum) / Math.max(users, 1);
  }
  return {
    model: intervalOf(mean(model), models),
    popularity: intervalOf(mean(popularity), popularities),
    difference: intervalOf(mean(model) - mean(popularity), differences),
  };
}

function intervalOf(value: number, resampled: Float64Array): Interval {
  resampled.sort();
  const at = (share: number) => resampled[Math.round(share * (resampled.length - 1))] as number;
  return { value, low: at(0.025), high: at(0.975) };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}
