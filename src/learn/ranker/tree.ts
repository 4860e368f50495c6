import type { Pace } from "../model/pace.ts";

/**
 * An oblivious tree (Prokhorenkova et al., CatBoost, NeurIPS 2018): all nodes of a level ask the same question, so a row's leaf is
 * a number of `depth` bits, and a forest is a few plain tensor operations. Level l's answer is bit l.
 */
export interface Tree {
  /** [depth] */
  features: readonly number[];
  /** [depth] The row's bin is above it. */
  cuts: readonly number[];
  /** [2^depth] Added to the score. */
  values: Float64Array;
}

export interface TreeData {
  /** [F × rows] */
  bins: Uint8Array;
  rows: number;
  /** [F] Bins of each feature. */
  binCounts: readonly number[];
  /** [rows] First and second derivatives of the loss by the row's score. */
  gradients: Float32Array;
  curvatures: Float32Array;
  /** Rows that count this time. */
  sample: Uint32Array;
}

export interface TreeOptions {
  depth: number;
  /** Added to a leaf's curvature: how much must be seen before a leaf says anything. */
  ridge: number;
  rate: number;
}

/** Null when no question lowers the loss. `importances` [F] are added to, in units of the loss. */
export async function growTree(
  data: TreeData,
  { depth, ridge, rate }: TreeOptions,
  importances: Float64Array,
  pace: Pace,
): Promise<Tree | null> {
  const leaves = new Uint8Array(data.rows);
  const features: number[] = [];
  const cuts: number[] = [];
  for (let level = 0; level < depth; level++) {
    const best = await bestQuestion(data, { leaves, leafCount: 2 ** level, ridge }, pace);
    if (best === null) break;
    features.push(best.feature);
    cuts.push(best.cut);
    importances[best.feature] = (importances[best.feature] as number) + best.gain;
    const column = best.feature * data.rows;
    for (const row of data.sample) {
      if ((data.bins[column + row] as number) > best.cut)
        leaves[row] = (leaves[row] as number) | (1 << level);
    }
  }
  if (features.length === 0) return null;
  return { features, cuts, values: leafValues(data, leaves, { count: 2 ** features.length, ridge, rate }) };
}

interface Question {
  feature: number;
  cut: number;
  gain: number;
}

async function bestQuestion(
  data: TreeData,
  { leaves, leafCount, ridge }: { leaves: Uint8Array; leafCount: number; ridge: number },
  pace: Pace,
): Promise<Question | null> {
  let best: Question | null = null;
  for (let feature = 0; feature < data.binCounts.length; feature++) {
    const binCount = data.binCounts[feature] as number;
    if (binCount < 2) continue;
    const sums = histogram(data, feature, leaves, leafCount);
    const gains = gainsOf(sums, { leafCount, binCount, ridge });
    for (let cut = 0; cut + 1 < binCount; cut++) {
      const gain = gains[cut] as number;
      if (gain > (best?.gain ?? 1e-9)) best = { feature, cut, gain };
    }
    await pace.spend(data.sample.length * 4 + leafCount * binCount * 8);
  }
  return best;
}

/** [leaves × bins × 2] sums of gradients and curvatures. */
function histogram(data: TreeData, feature: number, leaves: Uint8Array, leafCount: number): Float64Array {
  const { rows, sample, gradients, curvatures } = data;
  const binCount = data.binCounts[feature] as number;
  const bins = data.bins.subarray(feature * rows, (feature + 1) * rows);
  const sums = new Float64Array(leafCount * binCount * 2);
  for (let i = 0; i < sample.length; i++) {
    const row = sample[i] as number;
    const at = ((leaves[row] as number) * binCount + (bins[row] as number)) << 1;
    sums[at] = (sums[at] as number) + (gradients[row] as number);
    sums[at + 1] = (sums[at + 1] as number) + (curvatures[row] as number);
  }
  return sums;
}

/** [bins] by how much asking for more than a bin would lower the loss, over all leaves together. */
function gainsOf(
  sums: Float64Array,
  { leafCount, binCount, ridge }: { leafCount: number; binCount: number; ridge: number },
): Float64Array {
  const gains = new Float64Array(binCount);
  for (let leaf = 0; leaf < leafCount; leaf++) {
    const from = 2 * leaf * binCount;
    let gradient = 0;
    let curvature = 0;
    for (let at = from; at < from + 2 * binCount; at += 2) {
      gradient += sums[at] as number;
      curvature += sums[at + 1] as number;
    }
    const whole = gradient ** 2 / (curvature + ridge);
    let leftGradient = 0;
    let leftCurvature = 0;
    for (let bin = 0; bin < binCount; bin++) {
      leftGradient += sums[from + 2 * bin] as number;
      leftCurvature += sums[from + 2 * bin + 1] as number;
      const left = leftGradient ** 2 / (leftCurvature + ridge);
      const right = (gradient - leftGradient) ** 2 / (curvature - leftCurvature + ridge);
      gains[bin] = (gains[bin] as number) + (left + right - whole) / 2;
    }
  }
  return gains;
}

/** One Newton step per leaf, shortened by `rate`. */
function leafValues(
  { gradients, curvatures, sample }: TreeData,
  leaves: Uint8Array,
  { count, ridge, rate }: { count: number; ridge: number; rate: number },
): Float64Array {
  const values = new Float64Array(count);
  const weights = new Float64Array(count).fill(ridge);
  for (const row of sample) {
    const leaf = leaves[row] as number;
    values[leaf] = (values[leaf] as number) - (gradients[row] as number);
    weights[leaf] = (weights[leaf] as number) + (curvatures[row] as number);
  }
  return values.map((value, leaf) => (rate * value) / (weights[leaf] as number));
}

/** Adds the tree's values to the scores [rows] of the rows whose bins [F × rows] these are. */
export function addTree(scores: Float64Array, bins: Uint8Array, { features, cuts, values }: Tree): void {
  const rows = scores.length;
  for (let row = 0; row < rows; row++) {
    let leaf = 0;
    for (let level = 0; level < features.length; level++) {
      const bin = bins[(features[level] as number) * rows + row] as number;
      if (bin > (cuts[level] as number)) leaf |= 1 << level;
    }
    scores[row] = (scores[row] as number) + (values[leaf] as number);
  }
}
