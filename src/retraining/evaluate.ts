import { HISTORY_MAX } from "../base/index.ts";
import { LATE_FEATURES, readCatalog } from "../catalogue/index.ts";
import {
  type Cases,
  compareRanks,
  type Evaluation,
  evaluateModel,
  rankCases,
  splitByTime,
} from "../learn/index.ts";
import { readArtifactFile, readManifest, readPointer } from "../registry/index.ts";
import type { RetrainParams } from "./contract.ts";
import { decodeDataset } from "./dataset-file.ts";
import { GATE_CASES_MIN, GATE_METRIC, type LiveComparison } from "./gate.ts";
import type { RetrainPorts } from "./ports.ts";
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

/** Null when nothing is live. Only cases newer than the live model's data count: it was refitted on all before. */
export async function compareWithLive(
  ports: RetrainPorts,
  { tenant, seed }: RetrainParams,
  workspace: Workspace,
): Promise<LiveComparison | null> {
  const current = await readPointer(ports.store, tenant);
  const manifest = current === null ? null : await readManifest(ports.store, tenant, current.pointer.version);
  if (manifest === null) return null;
  const { cases: all } = splitByTime(decodeDataset(await workspace.read("dataset.bin")));
  const cases = newerThan(all, manifest.data.untilMs);
  const none = { value: 0, low: 0, high: 0 };
  const empty = { version: manifest.version, cases: cases.targetRows.length };
  if (empty.cases < GATE_CASES_MIN) {
    return { ...empty, metric: { model: none, popularity: none, difference: none } };
  }
  const onnx = await readArtifactFile(ports.store, manifest, "model.onnx");
  const catalog = await readArtifactFile(ports.store, manifest, "catalog.parquet");
  // A live model that cannot be read is no rival: the candidate still has to beat popularity.
  if (!onnx.ok || !catalog.ok) return null;
  const { idToIndex } = await readCatalog(catalog.value);
  const itemMap = Int32Array.from(cases.dataset.itemIds, (id) => idToIndex.get(id) ?? -1);
  const options = { historyMax: HISTORY_MAX, contentWidth: LATE_FEATURES };
  const candidate = await rankCases(
    ports.engine,
    await workspace.read("evaluated.onnx"),
    cases,
    options,
    ports.yieldTo,
  );
  const live = await rankCases(
    ports.engine,
    onnx.value,
    cases,
    { ...options, contentWidth: manifest.lateFeatureCount, itemMap, itemCount: manifest.itemCount },
    ports.yieldTo,
  );
  const metric = compareRanks({ model: candidate, popularity: live }, cases.users, seed)[GATE_METRIC];
  return metric === undefined ? null : { ...empty, metric };
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
