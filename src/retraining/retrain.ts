import { TRAIN_INTERACTIONS_MIN, TRAIN_ITEMS_MIN } from "../base/index.ts";
import type { RetrainOutcome, RetrainParams } from "./contract.ts";
import { compareWithLive, evaluateCandidate } from "./evaluate.ts";
import { decide, judgeData } from "./gate.ts";
import type { RetrainPorts, StepRunner } from "./ports.ts";
import { publishModel } from "./publish.ts";
import { type ReadResult, readData } from "./read.ts";
import { type Made, recordRun } from "./record.ts";
import { reproduced } from "./rerun.ts";
import { refitCandidate, trainCandidate } from "./train.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/**
 * One retrain: read → train → evaluate → gate → refit → publish. Killed at any point it goes on from the last finished
 * step; a step that is repeated writes the same bytes again. However it ends, gold.training_runs tells.
 */
export async function retrain(
  ports: RetrainPorts,
  params: RetrainParams,
  step: StepRunner,
): Promise<RetrainOutcome> {
  const workspace = openWorkspace(ports, params);
  const made: Made = {};
  const outcome = await run(ports, params, { step, workspace, made });
  const { seconds } = await step.do("finish", async () => {
    await workspace.finish(outcome);
    return { seconds: Math.max(0, ports.clock() - params.requestedAtMs) / 1_000 };
  });
  await step.do("record", () => recordRun(ports, params, { outcome, made, seconds }));
  return outcome;
}

async function run(
  ports: RetrainPorts,
  params: RetrainParams,
  { step, workspace, made }: { step: StepRunner; workspace: Workspace; made: Made },
): Promise<RetrainOutcome> {
  const read = await step.do("read", () => readData(ports, params, workspace));
  if ("unreadable" in read) return { status: "refused", reason: read.unreadable, metrics: {} };
  made.snapshots = read.snapshots;
  made.interactions = read.interactions;
  const missing = missingData(read);
  if (missing !== null) return missing;
  const train = await step.do("train", () => trainCandidate(ports, params, workspace));
  made.evaluatedHash = train.evaluatedHash;
  made.learner = train.learner;
  const evaluation = await step.do("evaluate", () => evaluateCandidate(ports, params, workspace));
  if (params.rerun === undefined) {
    const decision = await step.do(
      "gate",
      async () =>
        judgeData(await ports.dataQuality(params.tenant)) ??
        decide(
          evaluation.cases,
          evaluation.metrics,
          await compareWithLive(ports, params, workspace, train.parameters),
        ),
    );
    if (!decision.pass) return { status: "refused", reason: decision.reason, metrics: evaluation.metrics };
  }
  const refit = await step.do("refit", () => refitCandidate(ports, params, workspace, train.parameters));
  made.modelHash = refit.modelHash;
  if (params.rerun !== undefined) return reproduced(params.rerun, { train, refit, evaluation });
  return step.do("publish", () => publishModel(ports, params, workspace, { read, train, evaluation, refit }));
}

/** Says how much is missing, in the tenant's own terms. */
function missingData({ interactions, itemsSeen }: ReadResult): RetrainOutcome | null {
  const needed = TRAIN_INTERACTIONS_MIN - interactions;
  if (needed > 0) {
    return {
      status: "too_little_data",
      interactionsNeeded: needed,
      message: `${needed} more interactions needed: ${interactions} of ${TRAIN_INTERACTIONS_MIN} are there`,
    };
  }
  if (itemsSeen < TRAIN_ITEMS_MIN) {
    return {
      status: "too_little_data",
      interactionsNeeded: TRAIN_ITEMS_MIN - itemsSeen,
      message: `interactions with ${TRAIN_ITEMS_MIN - itemsSeen} more items needed: ${itemsSeen} of ${TRAIN_ITEMS_MIN} are there`,
    };
  }
  return null;
}
