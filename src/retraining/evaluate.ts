import { HISTORY_MAX } from "../base/index.ts";
import { LATE_FEATURES, readCatalog } from "../catalogue/index.ts";
import {
  type Cases,
  compareRanks,
  type Evaluation,
  evaluateModel,
  linear,
  type Parameters,
  rankCases,
  rowsBefore,
  splitByTime,
} from "../learn/index.ts";
import { readArtifactFile, readManifest, readPointer } from "../registry/index.ts";
import type { RetrainParams } from "./contract.ts";
import { decodeDataset } from "./dataset-file.ts";
import { GATE_CASES_MIN, GATE_METRIC, type LiveComparison } from "./gate.ts";
import type { RetrainPorts } from "./ports.ts";
import { fitOptions } from "./train.ts";
import type { Workspace } from "./workspace.ts";

export const PROTOCOL = "log: newest 20 % by time, full ranking, history masked, mean per user";

/** The exported files of the slice's fit and of popularity, ranked by the engine on the test slice. */
export async function evaluateCandidate(
  ports: RetrainPorts,
  { seed }: RetrainParams,
  workspace: Workspace,
): Promise<Evaluation> {
  const { cases } = splitByTime(decodeDataset(await workspace.read("dataset.bin")));
  const report = workspace.progress("evaluate");
  return evaluateModel(
    ports.engine,
    { model: await workspace.read("evaluated.onnx"), popularity: await workspace.read("popularity.onnx") },
    cases,
    {
      seed,
      historyMax: HISTORY_MAX,
      contentWidth: LATE_FEATURES,
      onProgress: (fraction) =>
        report(fraction, `${Math.round(fraction * 100)} % of ${cases.targetRows.length} cases ranked`),
    },
    ports.yieldTo,
  );
}

/**
 * Null when nothing is live. Both are judged with equal knowledge: the candidate's parameters are fitted on the rows that the
 * live model saw, and only cases newer than those count, so neither was fitted on them.
 */
export async function compareWithLive(
  ports: RetrainPorts,
  params: RetrainParams,
  workspace: Workspace,
  parameters: Parameters,
): Promise<LiveComparison | null> {
  const live = await readLive(ports, params.tenant);
  if (live === null) return null;
  const { version, data, lateFeatureCount, itemCount } = live.manifest;
  const dataset = decodeDataset(await workspace.read("dataset.bin"));
  const cases = newerThan(splitByTime(dataset).cases, data.untilMs);
  const count = cases.targetRows.length;
  if (count < GATE_CASES_MIN) return { version, cases: count, metric: null };
  const { engine, yieldTo } = ports;
  const options = await fitOptions(params, workspace, workspace.progress("gate"));
  const candidate = await linear.fit(
    rowsBefore(dataset, data.untilMs + 1),
    { ...options, parameters },
    engine,
    yieldTo,
  );
  const itemMap = Int32Array.from(dataset.itemIds, (id) => live.indexOf(id));
  const ranked = { historyMax: HISTORY_MAX, contentWidth: LATE_FEATURES };
  const ranks = {
    model: await rankCases(engine, candidate.onnx, cases, ranked, yieldTo),
    popularity: await rankCases(
      engine,
      live.onnx,
      cases,
      { ...ranked, contentWidth: lateFeatureCount, itemMap, itemCount },
      yieldTo,
    ),
  };
  const metrics = await compareRanks(ranks, cases.users, params.seed, yieldTo);
  return { version, cases: count, metric: metrics[GATE_METRIC] ?? null };
}

/** Null as well when the live model cannot be read: it is no rival then, and the candidate still has to beat popularity. */
async function readLive({ store, yieldTo }: RetrainPorts, tenant: string) {
  const current = await readPointer(store, tenant);
  if (current === null) return null;
  const manifest = await readManifest(store, tenant, current.pointer.version);
  if (manifest === null) return null;
  const onnx = await readArtifactFile(store, manifest, "model.onnx");
  const catalog = await readArtifactFile(store, manifest, "catalog.parquet");
  if (!onnx.ok || !catalog.ok) return null;
  const { idToIndex } = await readCatalog(catalog.value, { yieldTo });
  return { manifest, onnx: onnx.value, indexOf: (id: string) => idToIndex.get(id) ?? -1 };
}

/** The cases whose target is newer than `untilMs`. */
function newerThan(cases: Cases, untilMs: number): Cases {
  const keep = [...cases.targetRows.keys()].filter(
    (index) => (cases.dataset.timesMs[cases.targetRows[index] as number] as number) > untilMs,
  );
  return {
    ...cases,
    targetRows: Uint32Array.from(keep, (index) => cases.targetRows[index] as number),
    users: Uint32Array.from(keep, (index) => cases.users[index] as number),
    historyEnds: Uint32Array.from(keep, (index) => cases.historyEnds[index] as number),
  };
}
