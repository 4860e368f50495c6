import { LATE_FEATURES } from "../catalogue/index.ts";
import { type Cases, compareRanks, type Evaluation, FIGURE_NAMES, segmentsOf } from "../learn/index.ts";
import type { Exposure, Manifest, Metric } from "../registry/index.ts";
import { decodeCases } from "./dataset-file.ts";
import type { Context } from "./fit.ts";
import { GATE_METRIC } from "./gate.ts";
import { type RankedSide, rankInSlices, readCounts, type Side } from "./ranking.ts";

export interface Evaluated extends Evaluation {
  exposure: { model: Exposure; popularity: Exposure };
  segments: NonNullable<Manifest["evaluation"]["segments"]>;
  /** Estimated CPU-seconds. */
  workSeconds: number;
}

/** Two files of the run's folder on the test slice, in slices of that name. */
export async function evaluateFiles(
  context: Context,
  name: string,
  files: { model: string; popularity: string },
): Promise<Evaluated> {
  const { ports, params, workspace } = context;
  return rankInSlices(context, {
    name,
    step: "evaluate",
    async open() {
      const cases = decodeCases(await workspace.read("cases.bin"));
      // Popularity beside itself is ranked once.
      const sides = [...new Set([files.model, files.popularity])].map((file) =>
        ownFile(context, file, cases),
      );
      return { cases, sides };
    },
    message: (fraction, cases) => `${Math.round(fraction * 100)} % of ${cases} cases ranked`,
    async finish(cases, ranked) {
      const model = ranked[files.model] as RankedSide;
      const popularity = ranked[files.popularity] as RankedSide;
      const ranks = { model: model.ranks, popularity: popularity.ranks };
      return {
        cases: cases.targetRows.length,
        users: new Set(cases.users).size,
        metrics: await compareRanks(ranks, cases.users, params.seed, ports.yieldTo, { names: FIGURE_NAMES }),
        segments: await compareSegments(context, ranks, cases),
        exposure: { model: model.exposure, popularity: popularity.exposure },
      };
    },
  });
}

/** A file of the run's folder, fitted on the cases' data set. */
export function ownFile({ workspace }: Context, file: string, { dataset }: Cases): Side {
  const numbering = { contentWidth: LATE_FEATURES, itemCount: dataset.itemIds.length };
  return { name: file, read: () => workspace.read(file), numbering };
}

/** The gate's metric by segment, those without a case left out. */
async function compareSegments(
  { ports, params, workspace }: Context,
  ranks: { model: Float64Array; popularity: Float64Array },
  cases: Cases,
): Promise<Evaluated["segments"]> {
  const segments: Evaluated["segments"] = {};
  for (const [name, places] of Object.entries(segmentsOf(cases, await readCounts(workspace)))) {
    if (places.length === 0) continue;
    const of = (side: Float64Array) => Float64Array.from(places, (place) => side[place] as number);
    const users = Uint32Array.from(places, (place) => cases.users[place] as number);
    const some = { model: of(ranks.model), popularity: of(ranks.popularity) };
    const names = [GATE_METRIC];
    const metrics = await compareRanks(some, users, params.seed, ports.yieldTo, { names });
    segments[name] = { cases: places.length, metric: metrics[GATE_METRIC] as Metric };
  }
  return segments;
}
