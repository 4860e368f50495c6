import { createPrng, type Prng } from "../../base/index.ts";
import type { Pace } from "../model/pace.ts";
import { BASE_COLUMNS, baseScores, fitBase } from "./base.ts";
import { binned, type Thresholds, thresholdsOf } from "./bins.ts";
import { type RankingLists, sliceLists } from "./lists.ts";
import { derivatives, OFFSET_STEP, POSITIONS_MAX, stepOffsets } from "./loss.ts";
import { addTree, growTree, type Tree, type TreeData } from "./tree.ts";

/** How the trees are grown: what the newest lists choose, and a refit repeats. */
export interface RankerShape {
  depth: number;
  trees: number;
}

export interface RankerOptions {
  seed: number;
  /** Absent: chosen on the newest lists. */
  shape?: RankerShape;
  onProgress?(fraction: number, message: string): void;
}

export interface FittedRanker {
  shape: RankerShape;
  /** What one unit of each of the first columns adds to the score. */
  slopes: readonly number[];
  trees: readonly Tree[];
  thresholds: Thresholds;
  /** [places] Log-odds of being taken at a place against the first one, all else equal. */
  positionOffsets: readonly number[];
  /** [F] Each feature's share of what the trees lowered the loss by; sums to 1. */
  importances: readonly number[];
}

/** Pairs of features, or more at once where there is enough to learn them from. */
const DEPTHS = [2, 4] as const;
const TREES_MAX = 120;
/** No better tree for so long: there will be none. */
const PATIENCE = 15;
const TREE = { ridge: 10, rate: 0.2 } as const;
/** Share of the lists that one tree sees (Friedman, Stochastic Gradient Boosting, 2002). */
const SAMPLE_SHARE = 0.6;
/** Share of the lists, the newest, that choose depth and number of the trees. */
const CHOOSING_SHARE = 0.2;

/**
 * Gradient-boosted trees on top of the order that retrieval gives (the first columns), which they start from: what they
 * learn is what retrieval does not know. Lists stand in the order of time. Same lists, same seed: same trees.
 */
export async function fitRanker(
  lists: RankingLists,
  options: RankerOptions,
  pace: Pace,
): Promise<FittedRanker> {
  const shape = options.shape ?? (await chooseShape(lists, options, pace));
  const run = await Boosting.start(lists, options.seed, pace);
  while (run.trees.length < shape.trees && (await run.grow(shape.depth))) {
    options.onProgress?.(run.trees.length / shape.trees, `${run.trees.length} of ${shape.trees} trees`);
  }
  return run.fitted(shape);
}

async function chooseShape(lists: RankingLists, options: RankerOptions, pace: Pace): Promise<RankerShape> {
  const count = lists.listStart.length - 1;
  const cut = Math.floor(count * (1 - CHOOSING_SHARE));
  const [older, newest] = [sliceLists(lists, 0, cut), sliceLists(lists, cut, count)];
  let best = { shape: { depth: DEPTHS[0] as number, trees: 0 }, loss: Number.POSITIVE_INFINITY };
  for (const [at, depth] of DEPTHS.entries()) {
    const run = await Boosting.start(older, options.seed, pace);
    const judged = await run.watch(newest);
    let trees = 0;
    let least = judged.loss();
    while (run.trees.length < TREES_MAX && run.trees.length - trees < PATIENCE && (await run.grow(depth))) {
      judged.add(run.trees.at(-1) as Tree);
      const loss = judged.loss();
      if (loss < least) [least, trees] = [loss, run.trees.length];
      await pace.spend(newest.gains.length * 40);
      const fraction = (at + run.trees.length / TREES_MAX) / DEPTHS.length;
      options.onProgress?.(
        fraction,
        `trees of depth ${depth}: ${run.trees.length}, best loss ${least.toFixed(4)}`,
      );
    }
    if (least < best.loss) best = { shape: { depth, trees }, loss: least };
  }
  return best.shape;
}

/** Trees being grown on some lists, one after the other. */
class Boosting {
  readonly trees: Tree[] = [];
  readonly #lists: RankingLists;
  readonly #pace: Pace;
  readonly #prng: Prng;
  readonly #offsets = new Float64Array(POSITIONS_MAX);
  readonly #importances: Float64Array;
  #thresholds: Thresholds = [];
  #bins: Uint8Array = new Uint8Array(0);
  #slopes: number[] = [];
  #scores: Float64Array = new Float64Array(0);

  private constructor(lists: RankingLists, seed: number, pace: Pace) {
    this.#lists = lists;
    this.#pace = pace;
    this.#prng = createPrng(`ranker/${seed}`);
    this.#importances = new Float64Array(lists.featureCount);
  }

  static async start(lists: RankingLists, seed: number, pace: Pace): Promise<Boosting> {
    const run = new Boosting(lists, seed, pace);
    run.#thresholds = await thresholdsOf(lists, pace);
    run.#bins = await binned(lists, run.#thresholds, pace);
    run.#slopes = await fitBase(lists, run.#offsets, pace);
    run.#scores = baseScores(lists, run.#slopes);
    return run;
  }

  /** False when no tree lowers the loss any more. */
  async grow(depth: number): Promise<boolean> {
    const { gains, positions } = this.#lists;
    const found = derivatives(this.#lists, this.#scores, this.#offsets);
    stepOffsets(this.#offsets, positions, found, OFFSET_STEP);
    await this.#pace.spend(gains.length * 60);
    const data: TreeData = {
      bins: this.#bins,
      rows: gains.length,
      binCounts: this.#thresholds.map((cut) => cut.length + 1),
      ...found,
      sample: sampleRows(this.#lists, this.#prng),
    };
    const tree = await growTree(data, { ...TREE, depth }, this.#importances, this.#pace);
    if (tree === null) return false;
    this.trees.push(tree);
    addTree(this.#scores, this.#bins, tree);
    await this.#pace.spend(gains.length * 10);
    return true;
  }

  /** The loss on other lists, as trees are added to it. */
  async watch(lists: RankingLists): Promise<{ add(tree: Tree): void; loss(): number }> {
    const bins = await binned(lists, this.#thresholds, this.#pace);
    const scores = baseScores(lists, this.#slopes);
    return {
      add: (tree) => addTree(scores, bins, tree),
      loss: () => derivatives(lists, scores, this.#offsets).loss,
    };
  }

  fitted(shape: RankerShape): FittedRanker {
    const total = this.#importances.reduce((sum, gain) => sum + gain, 0) || 1;
    return {
      shape,
      slopes: this.#slopes,
      trees: this.trees,
      thresholds: this.#thresholds,
      positionOffsets: [...this.#offsets],
      importances: Array.from(this.#importances, (gain) => gain / total),
    };
  }
}

/** Whole lists: the rows of one stand against each other. */
function sampleRows({ listStart }: RankingLists, prng: Prng): Uint32Array {
  const rows: number[] = [];
  for (let list = 0; list + 1 < listStart.length; list++) {
    if (prng.next() >= SAMPLE_SHARE) continue;
    for (let row = listStart[list] as number; row < (listStart[list + 1] as number); row++) rows.push(row);
  }
  return Uint32Array.from(rows);
}

/** The features that a ranker looks at, and the same ranker over those alone: the others need not be made to serve it. */
export function withoutUnused(ranker: FittedRanker): { columns: number[]; ranker: FittedRanker } {
  const used = new Set(Array.from({ length: BASE_COLUMNS }, (_, column) => column));
  for (const { features } of ranker.trees) for (const feature of features) used.add(feature);
  const columns = [...used].sort((a, b) => a - b);
  const place = new Map(columns.map((column, at) => [column, at]));
  return {
    columns,
    ranker: {
      ...ranker,
      trees: ranker.trees.map((tree) => ({
        ...tree,
        features: tree.features.map((one) => place.get(one) as number),
      })),
      thresholds: columns.map((column) => ranker.thresholds[column] as Float32Array),
      importances: columns.map((column) => ranker.importances[column] as number),
    },
  };
}
