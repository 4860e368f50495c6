import { createPrng } from "../base/index.ts";
import {
  encodeRankingItems,
  RANKING_COUNTERS,
  RANKING_ITEMS_FILE,
  type RankingItems,
} from "../catalogue/index.ts";
import { INTERACTIONS } from "../lake/index.ts";
import {
  createPace,
  fitRanker,
  type Pace,
  type RankerShape,
  type RankingLists,
  rankerOnnx,
  withoutUnused,
} from "../learn/index.ts";
import type { RankerCard } from "../registry/index.ts";
import { decodeColumns, encodeColumns } from "./dataset-file.ts";
import type { Context } from "./fit.ts";
import { type CounterLog, TooLarge } from "./ranker/counters.ts";
import { RankerJudge } from "./ranker/judge.ts";
import { TAKEN_WITHIN_MS } from "./ranker/lists.ts";
import { joinLists, ListMatrix } from "./ranker/matrix.ts";
import {
  CANDIDATES,
  declared,
  frequentCountries,
  judgedFromMs,
  type Source,
  withSource,
} from "./ranker/source.ts";

/** Fewer lists teach noise. */
const FITTED_MIN = 300;
export interface RankerTask {
  /** Table → the snapshot that the run read. */
  snapshots: Readonly<Record<string, number>>;
  /** `evaluated.onnx` was fitted on what is older: only newer lists are free of what it knows. */
  cutMs: number;
}

export interface RankerResult {
  /** For the manifest; `attached`: `ranker.onnx` and `ranker-items.bin` stand in the run's folder and belong into the artifact. */
  card: RankerCard;
  workSeconds: number;
}

/**
 * The second stage: fitted on the older lists since the cut, judged on the newer ones against retrieval's order by the exported
 * file, and where it is better beyond doubt, fitted again on all of them. Three steps; what one hands to the next is in the run's
 * folder: reads `dataset.bin`, `subject-keys.bin`, `catalog.parquet` and `evaluated.onnx`.
 */
export async function trainRanker(context: Context, task: RankerTask): Promise<RankerResult> {
  const snapshotId = task.snapshots[INTERACTIONS.name];
  if (snapshotId === undefined) return { card: without("the run has read no impressions"), workSeconds: 0 };
  const source = { snapshotId, cutMs: task.cutMs };
  const fitted = await context.step.do("ranker-fit", () => fitOlder(context, source).catch(tooLarge));
  if ("reason" in fitted) {
    return { card: without(fitted.reason, fitted.lists), workSeconds: fitted.workSeconds };
  }
  const judged = await context.step.do("ranker-judge", () => judgeNewer(context, source, fitted));
  const { attached, reason, metrics } = judged;
  const card = {
    reason,
    metrics,
    lists: { fitted: fitted.lists, judged: judged.lists },
    candidates: CANDIDATES,
  };
  const workSeconds = fitted.workSeconds + judged.workSeconds;
  if (!attached) {
    return { card: { ...without(reason), ...card, positionOffsets: fitted.positionOffsets }, workSeconds };
  }
  const refit = await context.step.do("ranker-refit", () => fitAgain(context, fitted));
  const { features, positionOffsets } = refit;
  return {
    card: { attached, ...card, features, positionOffsets },
    workSeconds: workSeconds + refit.workSeconds,
  };
}

function without(reason: string, fitted = 0): RankerCard {
  const lists = { fitted, judged: 0 };
  return {
    attached: false,
    reason,
    lists,
    metrics: {},
    candidates: CANDIDATES,
    features: [],
    positionOffsets: [],
  };
}

interface FitResult {
  shape: RankerShape;
  countries: string[];
  lists: number;
  positionOffsets: number[];
  workSeconds: number;
}

interface NotFitted {
  reason: string;
  lists: number;
  workSeconds: number;
}

/** A run must not fail for want of a second stage. */
function tooLarge(error: unknown): NotFitted {
  if (!(error instanceof TooLarge)) throw error;
  return { reason: error.message, lists: 0, workSeconds: 0 };
}

/** `ranker-older.bin`: the lists; `ranker-judged.onnx`: what was fitted on them. */
async function fitOlder(context: Context, source: Source): Promise<FitResult | NotFitted> {
  const { ports, params, workspace } = context;
  const report = workspace.progress("fit");
  const pace = createPace(ports.yieldTo);
  const { countries, made } = await withSource(context, source, async ({ log, makerOf }) => {
    const moments = log.moments();
    const cut = judgedFromMs(moments);
    const older = moments.filter(({ context: { nowMs } }) => nowMs < cut - TAKEN_WITHIN_MS);
    const countries = frequentCountries(older);
    const { features, writer } = declared(countries);
    const matrix = new ListMatrix(features.length);
    const maker = makerOf(writer);
    const prng = createPrng(`ranker-older/${params.seed}`);
    for (const [at, moment] of older.entries()) {
      const list = await maker.make(moment);
      if (list !== null) matrix.add(list, prng);
      await pace.ran(1e7);
      report(at / older.length, `${at} of ${older.length} lists made for the ranker`);
    }
    return { countries, made: matrix.close() };
  });
  const count = made.listStart.length - 1;
  if (count < FITTED_MIN) {
    const reason = `only ${count} lists to learn from, ${FITTED_MIN} are needed`;
    return { reason, lists: count, workSeconds: pace.workSeconds };
  }
  const onProgress = (fraction: number, message: string) => report(fraction, `ranker: ${message}`);
  const ranker = await fitRanker(made, { seed: params.seed, onProgress }, pace);
  await workspace.write("ranker-older.bin", encodeColumns(made));
  await workspace.write("ranker-judged.onnx", rankerOnnx(ranker, made.featureCount));
  return {
    shape: ranker.shape,
    countries,
    lists: count,
    positionOffsets: [...ranker.positionOffsets],
    workSeconds: pace.workSeconds,
  };
}

/** `ranker-newer.bin`: the lists to be learned from too; `ranker-items.bin`: the items as the artifact has them. */
async function judgeNewer(context: Context, source: Source, { countries }: FitResult) {
  const { ports, params, workspace } = context;
  const report = workspace.progress("evaluate");
  const pace = createPace(ports.yieldTo);
  const { features, writer } = declared(countries);
  const onnx = await workspace.read("ranker-judged.onnx");
  const { judge, close } = await RankerJudge.open(ports.engine, onnx, features.length);
  const matrix = new ListMatrix(features.length);
  const prng = createPrng(`ranker-newer/${params.seed}`);
  try {
    await withSource(context, source, async ({ log, makerOf, items }) => {
      const moments = log.moments();
      const cut = judgedFromMs(moments);
      const newer = moments.filter(({ context: { nowMs } }) => nowMs >= cut);
      const maker = makerOf(writer);
      for (const [at, moment] of newer.entries()) {
        const list = await maker.make(moment);
        if (list !== null) {
          await judge.add(list);
          matrix.add(list, prng);
        }
        await pace.ran(2e7);
        report(at / newer.length, `${at} of ${newer.length} lists ranked`);
      }
      await countAll(items, log.counters, params.requestedAtMs, pace);
      await workspace.write(RANKING_ITEMS_FILE, encodeRankingItems(items));
    });
  } finally {
    await close();
  }
  await workspace.write("ranker-newer.bin", encodeColumns(matrix.close()));
  return { ...judge.verdict(params.seed), lists: judge.lists, workSeconds: pace.workSeconds };
}

/** The items' counters as of the run: what serving knows until the next one. */
async function countAll(items: RankingItems, counters: CounterLog, nowMs: number, pace: Pace): Promise<void> {
  for (let item = 0; item < items.size; item++) {
    counters.write(item, nowMs, items.counters, item * RANKING_COUNTERS.length);
    await pace.spend(5_000);
  }
}

/** `ranker.onnx`: the same shape of trees on all lists, over the features that they ask for. */
async function fitAgain({ ports, params, workspace }: Context, { shape, countries }: FitResult) {
  const pace = createPace(ports.yieldTo);
  const read = async (name: string) => decodeColumns(await workspace.read(name)) as unknown as RankingLists;
  const lists = joinLists(await read("ranker-older.bin"), await read("ranker-newer.bin"));
  const { columns, ranker } = withoutUnused(await fitRanker(lists, { seed: params.seed, shape }, pace));
  await workspace.write("ranker.onnx", rankerOnnx(ranker, columns.length));
  const { features } = declared(countries);
  return {
    features: columns.flatMap((column, at) => {
      const [feature, importance] = [features[column], ranker.importances[at]];
      return feature === undefined || importance === undefined ? [] : [{ ...feature, importance }];
    }),
    positionOffsets: [...ranker.positionOffsets],
    workSeconds: pace.workSeconds,
  };
}
