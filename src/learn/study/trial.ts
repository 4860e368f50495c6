import { discard, discardTensors } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import { discardRows } from "../data/own-rows.ts";
import { assembleParts } from "../model/assemble.ts";
import { fitContent } from "../model/fit-content.ts";
import type { FitOptions, FittedPart, Learner, Parameters } from "../model/learner.ts";
import { popularity } from "../popularity/popularity.ts";
import { chooseWeights } from "./blend.ts";
import type { StudyData, StudyStore } from "./contract.ts";
import { withParking } from "./parking.ts";
import { decodePart, encodePart } from "./part-file.ts";
import { casesOnRung, dataOnRung, RUNGS } from "./rungs.ts";
import { makeShortlists, type ShortlistOptions } from "./shortlists.ts";
import type { Slice } from "./slice.ts";
import { partFile, partName } from "./state.ts";

/** The parts of a study's last rung, which are fitted on all rows it may see. */
export const STUDY_STAGE = "study";

/** Where the parts of a rung's trials belong. */
export function stageOf(rung: number): string {
  return rung === RUNGS.length - 1 ? STUDY_STAGE : `rung${rung}`;
}

interface TrialOf {
  learner: Learner;
  parameters: Parameters;
  rung: number;
}

/** Figure of one configuration, with as much popularity and content beside it as suits it; null: the slice has ended. */
export async function runTrial(slice: Slice, data: StudyData, trial: TrialOf): Promise<number | null> {
  const { learner, parameters, rung } = trial;
  const { request, ports, pace } = slice;
  const rows = dataOnRung(data.fit, rung, request.seed);
  const part = await fitPart(slice, {
    learner,
    parameters,
    rows,
    stage: stageOf(rung),
  });
  discardRows(rows, data.fit);
  if (part === null) return null;
  const parts = learner.name === "popularity" ? [part] : [part, await priorPart(slice, data.fit)];
  const onnx = assembleParts(parts, { ...request, dataset: data.fit });
  for (const { tensors } of parts) discardTensors(tensors);
  const cases = casesOnRung(data.validation, rung, request.seed);
  const count = parts.length + (request.content === undefined ? 0 : 1);
  const options = shortlistOptions(slice, data.fit);
  const graph = { parts: count, load: async () => onnx };
  const shortlists = await makeShortlists(ports.engine, [graph], cases, options, pace);
  const allowed = learner.name === "popularity" ? [0] : [...Array(count).keys()];
  const { figure } = await chooseWeights(shortlists, cases, allowed, pace);
  discard(...shortlists.scores);
  return figure;
}

export function shortlistOptions({ request }: Slice, dataset: Dataset): ShortlistOptions {
  const { historyMax, contentWidth } = request;
  return { itemCount: dataset.itemIds.length, historyMax, contentWidth };
}

/** Popularity as its own search left it, or at its first guess. */
async function priorPart(slice: Slice, dataset: Dataset): Promise<FittedPart> {
  const tried = slice.state.trials.filter(({ learner }) => learner === "popularity");
  const best = tried.toSorted((a, b) => b.rung - a.rung || b.figure - a.figure)[0];
  const parameters = best?.parameters ?? {};
  const part = await fitPart(slice, { learner: popularity, parameters, rows: dataset, stage: STUDY_STAGE });
  if (part === null) throw new Error("popularity is fitted in one slice");
  return part;
}

/** From the store where it was fitted before; null: the slice has ended. */
export async function fitPart(
  slice: Slice,
  {
    learner,
    parameters,
    rows,
    stage,
    previous,
  }: { learner: Learner; parameters: Parameters; rows: Dataset; stage: string } & Pick<
    FitOptions,
    "previous"
  >,
): Promise<FittedPart | null> {
  const { ports, pace, request } = slice;
  const name = partName(stage, learner.name, parameters);
  const file = partFile(stage, learner.name, parameters);
  const stored = await ports.store.read(file);
  if (stored !== null) return noteCurve(slice, name, decodePart(stored));
  const { content, ...plain } = request;
  const options: FitOptions = {
    ...plain,
    ...fitContent(learner, content),
    ...(previous === undefined ? {} : { previous }),
    onProgress: (fraction) => slice.report(`${learner.name}: ${Math.round(fraction * 100)} % fitted`),
  };
  const fitPorts = { engine: ports.engine, pace, checkpoint: slice.checkpoint(file) };
  const part = await withParking(rows, ports.parking, async (onRowsRead) => {
    const fitted = await learner.fit(rows, parameters, options, { ...fitPorts, ...onRowsRead });
    // Trials of smaller rungs are over with their figure: only what the blend will need is kept.
    if (fitted !== null && !stage.startsWith("rung")) await keep(ports.store, file, fitted);
    return fitted;
  });
  return part === null ? null : noteCurve(slice, name, part);
}

/** While the rows are still put away: for a moment the part is there twice. */
async function keep(store: StudyStore, file: string, part: FittedPart): Promise<void> {
  const bytes = encodePart(part);
  await store.write(file, bytes);
  discard(bytes);
}

/** A stored part too: its fit may have died before the state was saved. */
function noteCurve({ state }: Slice, name: string, part: FittedPart): FittedPart {
  if (part.losses !== undefined) state.curves[name] = part.losses;
  return part;
}
