import { assert, SCORER_MODELS_BYTES_MAX } from "../base/index.ts";
import { type NoVersion, readManifest, type ScoreAnswer, type ScoreRequest } from "../registry/index.ts";
import { answerFrom } from "./answer.ts";
import { fetchArtifact, startModel } from "./model.ts";
import type { ScoringPorts } from "./ports.ts";
import type { Shelf, TenantSlot } from "./tenant.ts";

/** What is asked of one version, beside what answers visitors. */
export interface BesideQuestion {
  slot: TenantSlot;
  request: ScoreRequest;
  version: string;
}

/**
 * Answers a question that names a version. Where the version cannot be had, that is the answer: what is live is not touched by it. Only models of tenants
 * that have been silent for minutes make room.
 */
export async function answerBeside(
  ports: ScoringPorts,
  shelf: Shelf,
  question: BesideQuestion,
): Promise<ScoreAnswer> {
  const { slot, request, version } = question;
  assert(request.explain === true, "a version is named by those who ask for reasons");
  const { tenant, nowMs } = request;
  return shelf.beside.inTurn(ports, async () => {
    const problem = shelf.beside.holds(tenant, version) ? null : await load(ports, shelf, question);
    if (problem !== null) {
      ports.onFault({ tenant, subject: `${version}: beside the live model`, message: problem.detail });
      return problem;
    }
    const view = shelf.beside.view(tenant, version, { live: slot.view, nowMs });
    return view === null ? unfit("a live model has just taken its room") : answerFrom(view, request);
  });
}

async function load(
  ports: ScoringPorts,
  shelf: Shelf,
  { slot, request, version }: BesideQuestion,
): Promise<NoVersion | null> {
  const { tenant, nowMs } = request;
  const bytesMax = ports.modelsBytesMax ?? SCORER_MODELS_BYTES_MAX;
  // Before the next is read: two of them beside the live ones were more than is meant.
  shelf.beside.retire();
  try {
    if ((await readManifest(ports.store, tenant, version)) === null) {
      return { status: "no_version", problem: "unknown", detail: "there is no such version, or no more" };
    }
    const artifact = await fetchArtifact(ports, tenant, version);
    if (!artifact.ok) return unfit(artifact.error);
    const { bytes } = artifact.value;
    const fits = () => shelf.makeRoomBeside(bytes, { of: slot, bytesMax, nowMs });
    const full = unfit(`it needs ${bytes} bytes beside the live models, which hold most of ${bytesMax}`);
    if (!fits()) return full;
    const model = await startModel(ports, artifact.value);
    if (!model.ok) return unfit(model.error);
    // Others may have been loaded meanwhile.
    if (!fits()) {
      model.value.retire();
      return full;
    }
    shelf.beside.put(model.value, { live: slot.view, nowMs });
    return null;
  } catch (error) {
    return unfit(error instanceof Error ? error.message : String(error));
  }
}

function unfit(detail: string): NoVersion {
  return { status: "no_version", problem: "unfit", detail };
}
