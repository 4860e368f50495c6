import { assert } from "../base/index.ts";
import { readCatalog } from "../catalogue/index.ts";
import { type Cases, compareRanks, takeCases } from "../learn/index.ts";
import {
  EVALUATED_FILE,
  type Exposure,
  type Manifest,
  type Recipe,
  readArtifactFile,
  readManifest,
  readPointer,
} from "../registry/index.ts";
import { decodeCases } from "./dataset-file.ts";
import { ownFile } from "./evaluate.ts";
import { type Context, fitRecipe } from "./fit.ts";
import { GATE_METRIC, type LiveComparison, tooFew } from "./gate.ts";
import { type RankedSide, rankInSlices, type Side } from "./ranking.ts";

/** How the live model is met, with equal knowledge and on cases that neither side was fitted on. */
export type Rival =
  /** Nothing is live that could be read; the pointer may name a version all the same. */
  | { kind: "none"; version: string | null }
  /** The candidate is the live model's own recipe, fitted anew. */
  | { kind: "same"; version: string }
  /** It is that recipe and started from the live model's fit: what that was evaluated by, on cases newer than either fit. */
  | { kind: "start"; version: string; itemCount: number; contentWidth: number }
  /** Too few newer cases, or users who have one, and its recipe is not known or not among our learners. */
  | { kind: "unknown"; version: string; cases: number }
  /** The live file itself, on cases newer than its data; the candidate's recipe is fitted on the rows that it saw. */
  | { kind: "file"; version: string; untilMs: number; itemCount: number; contentWidth: number }
  /** Too few of those: its recipe is fitted on the training rows, as the candidate's was, and both meet on the test slice. */
  | { kind: "recipe"; version: string; recipe: Recipe };

export interface Candidate {
  recipe: Recipe;
  /** The version that its fit started from; null where it began anew. */
  start: string | null;
}

export async function chooseRival(
  { ports, params, workspace }: Context,
  { recipe: candidate, start }: Candidate,
  isFittable: (recipe: Recipe) => boolean,
): Promise<Rival> {
  const named = (await readPointer(ports.store, params.tenant))?.pointer.version ?? null;
  const live = named === null ? null : await readLive(ports.store, params.tenant, named);
  if (live === null) return { kind: "none", version: named };
  const { version, data, itemCount, lateFeatureCount: contentWidth, recipe } = live;
  if (recipe !== undefined && JSON.stringify(recipe) === JSON.stringify(candidate)) {
    // A version from before evaluated graphs were kept has none.
    const isMet = start === version && live.parts?.[EVALUATED_FILE] !== undefined;
    return isMet ? { kind: "start", version, itemCount, contentWidth } : { kind: "same", version };
  }
  const newer = newerThan(decodeCases(await workspace.read("cases.bin")), data.untilMs);
  const cases = newer.targetRows.length;
  if (tooFew({ cases, users: new Set(newer.users).size }) === null)
    return { kind: "file", version, untilMs: data.untilMs, itemCount, contentWidth };
  if (recipe !== undefined && isFittable(recipe)) return { kind: "recipe", version, recipe };
  return { kind: "unknown", version, cases };
}

/** Null when the live model cannot be read: it is no rival then, and the candidate still has to beat popularity. */
async function readLive(
  store: Context["ports"]["store"],
  tenant: string,
  version: string,
): Promise<Manifest | null> {
  const manifest = await readManifest(store, tenant, version);
  if (manifest === null) return null;
  const catalog = await readArtifactFile(store, manifest, "catalog.parquet");
  const onnx = await readArtifactFile(store, manifest, "model.onnx");
  return catalog.ok && onnx.ok ? manifest : null;
}

/** Fits what the comparison needs besides what is there: `rival.onnx`. */
export async function fitRival(context: Context, rival: Rival, candidate: Recipe): Promise<number> {
  if (rival.kind !== "file" && rival.kind !== "recipe") return 0;
  const task = { name: "rival", step: "gate", file: "rival.onnx" } as const;
  const { workSeconds } =
    rival.kind === "file"
      ? await fitRecipe(context, {
          ...task,
          recipe: candidate,
          data: "dataset.bin",
          beforeMs: rival.untilMs + 1,
        })
      : await fitRecipe(context, { ...task, recipe: rival.recipe, data: "train.bin" });
  return workSeconds;
}

export type Compared = LiveComparison & {
  exposures?: { live: Exposure; besideLive: Exposure };
  /** Estimated CPU-seconds of ranking; absent where nothing was ranked. */
  workSeconds?: number;
};

/** Null when nothing is live. */
export async function compareWithLive(context: Context, rival: Rival): Promise<Compared | null> {
  if (rival.kind === "none") return null;
  const { version } = rival;
  if (rival.kind === "same") return { version, cases: 0, metric: null, isSame: true };
  if (rival.kind === "unknown") return { version, cases: rival.cases, metric: null, isSame: false };
  const { ports, params, workspace } = context;
  return rankInSlices(context, {
    name: "gate",
    step: "gate",
    async open() {
      const all = decodeCases(await workspace.read("cases.bin"));
      if (rival.kind === "start") {
        const model = { ...ownFile(context, "evaluated.onnx", all), name: "model" };
        return { cases: all, sides: [model, await liveFile(context, rival, EVALUATED_FILE, all)] };
      }
      if (rival.kind === "recipe") {
        const own = (file: string, name: string) => ({ ...ownFile(context, file, all), name });
        return { cases: all, sides: [own("evaluated.onnx", "model"), own("rival.onnx", "live")] };
      }
      const cases = newerThan(all, rival.untilMs);
      const model = { ...ownFile(context, "rival.onnx", cases), name: "model" };
      return { cases, sides: [model, await liveFile(context, rival, "model.onnx", cases)] };
    },
    message: () => `beside live ${version}`,
    async finish(cases, ranked) {
      const model = ranked.model as RankedSide;
      const live = ranked.live as RankedSide;
      const ranks = { model: model.ranks, popularity: live.ranks };
      const metrics = await compareRanks(ranks, cases.users, params.seed, ports.yieldTo);
      return {
        version,
        cases: cases.targetRows.length,
        metric: metrics[GATE_METRIC] ?? null,
        isSame: false,
        exposures: { live: live.exposure, besideLive: model.exposure },
      };
    },
  });
}

async function liveFile(
  { ports, params }: Context,
  { version, itemCount, contentWidth }: Rival & { kind: "file" | "start" },
  graph: "model.onnx" | typeof EVALUATED_FILE,
  { dataset }: Cases,
): Promise<Side> {
  const manifest = await readManifest(ports.store, params.tenant, version);
  assert(manifest !== null, `${version} was there when the comparison was planned`);
  const read = async (name: string) => {
    const file = await readArtifactFile(ports.store, manifest, name);
    assert(file.ok, `the files of ${version} were there when the comparison was planned`);
    return file.value;
  };
  const { idToIndex } = await readCatalog(await read("catalog.parquet"), { yieldTo: ports.yieldTo });
  const itemMap = Int32Array.from(dataset.itemIds, (id) => idToIndex.get(id) ?? -1);
  return { name: "live", read: () => read(graph), numbering: { contentWidth, itemCount, itemMap } };
}

/** The cases whose target is newer than `untilMs`. */
function newerThan(cases: Cases, untilMs: number): Cases {
  const { dataset, targetRows } = cases;
  const places = [...targetRows.keys()].filter(
    (place) => (dataset.timesMs[targetRows[place] as number] as number) > untilMs,
  );
  return takeCases(cases, places);
}
