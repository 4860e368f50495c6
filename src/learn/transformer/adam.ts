/** A learned array with its moments. */
export interface Learned {
  values: Float32Array;
  first: Float32Array;
  second: Float32Array;
}

export interface AdamStep {
  learningRate: number;
  weightDecay: number;
  /** Updates so far, this one included. */
  count: number;
}

/** Simple operations of one value's update: a root, two divisions. */
export const UPDATE_OPERATIONS = 20;

const BETA1 = 0.9;
const BETA2 = 0.98;
const EPSILON = 1e-8;

/**
 * AdamW (Loshchilov & Hutter, ICLR 2019) for `length` values from `from`, with their gradient from `gradientFrom`. For tables
 * of which a step touches a few rows it is called for those rows alone: what is not touched keeps its moments ("lazy" Adam).
 */
export function adam(
  { values, first, second }: Learned,
  { from, length }: { from: number; length: number },
  gradient: Float32Array,
  gradientFrom: number,
  { learningRate, weightDecay, count }: AdamStep,
): void {
  const rate = learningRate / (1 - BETA1 ** count);
  const secondScale = 1 / (1 - BETA2 ** count);
  const keep = 1 - learningRate * weightDecay;
  for (let i = 0; i < length; i++) {
    const at = from + i;
    const slope = gradient[gradientFrom + i] as number;
    const mean = BETA1 * (first[at] as number) + (1 - BETA1) * slope;
    const square = BETA2 * (second[at] as number) + (1 - BETA2) * slope * slope;
    first[at] = mean;
    second[at] = square;
    values[at] = (values[at] as number) * keep - (rate * mean) / (Math.sqrt(square * secondScale) + EPSILON);
  }
}

/** Share of the full rate at `progress` 0…1: a linear warm-up, then half a cosine down to a hundredth. */
export function schedule(progress: number, warmUp: number): number {
  if (progress < warmUp) return Math.max(progress, warmUp / 100) / warmUp;
  const rest = (progress - warmUp) / (1 - warmUp);
  return 0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * rest));
}
