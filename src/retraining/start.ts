import { discard, discardTensors, WARM_PART_BYTES_MAX } from "../base/index.ts";
import { readCatalog } from "../catalogue/index.ts";
import { decodePart, encodePart, learnerNamed, partFile } from "../learn/index.ts";
import {
  EVALUATED_FILE,
  type Manifest,
  partFileName,
  type Recipe,
  readArtifactFile,
  readManifest,
  type Start,
} from "../registry/index.ts";
import { decodeCases } from "./dataset-file.ts";
import type { Context } from "./fit.ts";
import type { ReadResult } from "./read.ts";
import type { SplitResult } from "./split.ts";

/** The fits that a version keeps parts of, and the slices that make them. */
const FITS = [
  { fit: "evaluated", name: "fit" },
  { fit: "published", name: "refit" },
] as const;

export type StartFit = (typeof FITS)[number]["fit"];

/** Runs in a row that start from the one before, a day of hourly ones: each may be a little worse than the one before and pass the gate. */
const IN_A_ROW_MAX = 24;

/**
 * The live version, where both fits of a run may start from what it keeps. Its evaluated fit must not have seen a row of this run's
 * test slice, nor any fit rows of a user who was deleted since: what they did would live on in the weights.
 */
export function startFrom(
  live: Manifest,
  { cutMs }: Pick<SplitResult, "cutMs">,
  { lastDeletionMs }: Pick<ReadResult, "lastDeletionMs">,
): Start | null {
  const names = live.recipe === undefined ? [] : startNames(live.recipe);
  const inARow = 1 + (live.startedFrom?.inARow ?? 0);
  const isFit =
    names.length > 0 &&
    names.every((name) => live.parts?.[name] !== undefined) &&
    inARow <= IN_A_ROW_MAX &&
    live.evaluation.cutMs <= cutMs &&
    (lastDeletionMs === undefined || lastDeletionMs < live.createdAtMs);
  return isFit ? { version: live.version, inARow } : null;
}

function startNames(recipe: Recipe): string[] {
  return FITS.flatMap(({ fit }) => warmLearners(recipe).map(({ learner }) => partFileName(fit, learner)));
}

/** The parts whose learners can start from an earlier one. */
function warmLearners({ parts }: Recipe): Recipe["parts"] {
  return parts.filter(({ learner }) => learnerNamed(learner).renumbered !== undefined);
}

/** What fits of this run may start from, in its folder: the version's parts over the items of today. Says what is missing. */
export async function takeStart(
  { ports, params, workspace }: Context,
  version: string,
  recipe: Recipe,
): Promise<{ missing: string | null }> {
  const manifest = await readManifest(ports.store, params.tenant, version);
  if (manifest === null) return { missing: goneMessage(version) };
  const catalog = await readArtifactFile(ports.store, manifest, "catalog.parquet");
  if (!catalog.ok) return { missing: catalog.error };
  // A fit that starts so is held against this graph at the gate; what is run again is not judged once more.
  if (params.rerun === undefined && manifest.parts?.[EVALUATED_FILE] !== undefined) {
    const graph = await readArtifactFile(ports.store, manifest, EVALUATED_FILE);
    if (!graph.ok) return { missing: graph.error };
    discard(graph.value);
  }
  const { ids } = await readCatalog(catalog.value, { yieldTo: ports.yieldTo });
  const { itemIds } = decodeCases(await workspace.read("cases.bin")).dataset;
  const placeOf = new Map(itemIds.map((id, place) => [id, place]));
  const places = Int32Array.from(ids, (id) => placeOf.get(id) ?? -1);
  for (const { fit } of FITS) {
    for (const { learner } of warmLearners(recipe)) {
      const file = await readArtifactFile(ports.store, manifest, partFileName(fit, learner));
      if (!file.ok) return { missing: file.error };
      const part = learnerNamed(learner).renumbered?.(decodePart(file.value), places, itemIds.length);
      if (part === undefined) continue;
      const bytes = encodePart(part);
      discard(file.value);
      discardTensors(part.tensors);
      await workspace.write(startFile(fit, learner), bytes);
      discard(bytes);
    }
  }
  return { missing: null };
}

/** Why a run that started from a version cannot be run again once that is gone. */
export function goneMessage(version: string): string {
  return `its fits started from version ${version}, which is not kept any more`;
}

/** In the run's folder. */
export function startFile(fit: StartFit, learner: string): string {
  return `start/${fit}-${learner}.bin`;
}

/** What the run's fits leave to later ones, as `publish` takes it. A part too large is not kept: later fits begin anew. */
export function partsOf({ workspace }: Context, recipe: Recipe) {
  const warm = warmLearners(recipe);
  const parts = FITS.flatMap(({ fit, name }) =>
    warm.map(({ learner, parameters }): [string, () => Promise<Uint8Array<ArrayBuffer> | null>] => [
      partFileName(fit, learner),
      async () => {
        const bytes = await workspace.read(`${name}/${partFile(name, learner, parameters)}`);
        return bytes.byteLength > WARM_PART_BYTES_MAX ? null : bytes;
      },
    ]),
  );
  if (warm.length > 0) parts.push([EVALUATED_FILE, () => workspace.read("evaluated.onnx")]);
  return Object.fromEntries(parts);
}
