import { discard, SCORER_MODELS_BYTES_MAX } from "../base/index.ts";
import { fetchArtifact, startModel } from "./model.ts";
import type { ScoringPorts } from "./ports.ts";

/**
 * Loads a published version as a scorer does, asks it once and lets it go. What a scorer would refuse it for, or would have to do
 * without; null where there is nothing.
 */
export async function tryVersion(
  ports: Pick<ScoringPorts, "store" | "engine" | "sleep" | "modelsBytesMax">,
  tenant: string,
  version: string,
): Promise<string | null> {
  const artifact = await fetchArtifact(ports, tenant, version);
  if (!artifact.ok) return artifact.error;
  const { bytes, graph, items } = artifact.value;
  const large = tooLarge(bytes, ports);
  if (large !== null) return large;
  const model = await startModel(ports, artifact.value);
  discard(graph);
  if (!model.ok) return model.error;
  model.value.retire();
  const { rankerProblem } = model.value;
  return items.problems[0] ?? (rankerProblem === null ? null : `ranker: ${rankerProblem}`);
}

/** Why a scorer cannot hold a model of so many bytes; null where it can. */
export function tooLarge(
  bytes: number,
  { modelsBytesMax = SCORER_MODELS_BYTES_MAX }: Pick<ScoringPorts, "modelsBytesMax">,
): string | null {
  return bytes > modelsBytesMax ? `it needs ${bytes} bytes, over the scorer's ${modelsBytesMax}` : null;
}
