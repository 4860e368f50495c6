import { type Dataset, type Learner, type Parameters, shapeOf } from "../../../src/learn/index.ts";

/** Weights of what stands beside the learner. */
const WEIGHTS = ["popularity.weight", "content.weight"];
/** Divided by, or a fit of nothing: 0 makes no sense of these. */
const ABOVE_ZERO = ["ridge", "stepRidge", "positionDecay", "matchDecay", "distanceDecay", "epochs"];
/** Passes are not cut. */
const WHOLE = ["epochs"];
/** Shares of a whole. */
const AT_MOST_ONE = ["orderFree"];
/** What is left is divided by. */
const BELOW_ONE = ["dropout"];

/** Throws for a setting that the learner does not have on such data, and for one that makes no sense. */
export function parametersOf(
  learner: Learner,
  dataset: Dataset,
  maskSeen: boolean,
  settings: Parameters,
): Parameters {
  const ladders = learner.ladders(shapeOf(dataset, { maskSeen }));
  const known = [...ladders.map((one) => one.name), ...WEIGHTS];
  const unknown = Object.keys(settings).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new Error(`${learner.name} has no parameter ${unknown} on these data, but ${known.join(", ")}`);
  }
  for (const [name, value] of Object.entries(settings)) {
    const bound = missedBound(name, value);
    if (bound !== null) throw new Error(`${name} of ${learner.name} must be ${bound}, and ${value} is not`);
  }
  return Object.fromEntries(
    ladders.map(({ name, values, start }) => [name, settings[name] ?? values[start] ?? 0]),
  );
}

/** Null where the value is within all bounds. */
function missedBound(name: string, value: number): string | null {
  if (ABOVE_ZERO.includes(name) && value <= 0) return "above 0";
  if (value < 0) return "0 or above";
  if (WHOLE.includes(name) && !Number.isInteger(value)) return "a whole number";
  if (AT_MOST_ONE.includes(name) && value > 1) return "1 or below";
  if (BELOW_ONE.includes(name) && value >= 1) return "below 1";
  return null;
}
