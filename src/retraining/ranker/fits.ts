import { createPrng } from "../../base/index.ts";
import {
  encodeRankingItems,
  RANKING_COUNTERS,
  RANKING_ITEMS_FILE,
  type RankingItems,
} from "../../catalogue/index.ts";
import {
  createPace,
  fitRanker,
  type Pace,
  type RankerShape,
  type RankingLists,
  rankerOnnx,
  withoutUnused,
} from "../../learn/index.ts";
import { decodeColumns, encodeColumns } from "../dataset-file.ts";
import type { Context } from "../fit.ts";
import type { CounterLog } from "./counters.ts";
import { RankerJudge } from "./judge.ts";
import { TAKEN_WITHIN_MS } from "./lists.ts";
import { joinLists, ListMatrix } from "./matrix.ts";
import { declared, frequentCountries, judgedFromMs, type Source, withSource } from "./source.ts";

/** Fewer lists teach noise. */
const FITTED_MIN = 300;

export interface FitResult {
  shape: RankerShape;
  countries: string[];
  lists: number;
  positionOffsets: number[];
  workSeconds: number;
}

export interface NotFitted {
  reason: string;
  lists: number;
  workSeconds: number;
}

/** Making older lists, fitting on them, ranking newer ones. */
const PARTS = 3;

/** The ranker comes when the model is fitted: of the bar, the last step's share is left. `fraction` is 0…1 of one part. */
function progressOf({ workspace }: Context, part: number): (fraction: number, message: string) => void {
  const report = workspace.progress("publish");
  return (fraction, message) => report((part + fraction) / PARTS, message);
}

/** `ranker-older.bin`: the lists; `ranker-judged.onnx`: what was fitted on them. */
export async function fitOlder(context: Context, source: Source): Promise<FitResult | NotFitted> {
  const { ports, params, workspace } = context;
  const report = progressOf(context, 0);
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
  const reportFit = progressOf(context, 1);
  const onProgress = (fraction: number, message: string) => reportFit(fraction, `ranker: ${message}`);
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
export async function judgeNewer(context: Context, source: Source, { countries }: FitResult) {
  const { ports, params, workspace } = context;
  const report = progressOf(context, 2);
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
export async function fitAgain({ ports, params, workspace }: Context, { shape, countries }: FitResult) {
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
