import { SETTINGS_DEFAULT } from "../registry/index.ts";
import { trainCandidate } from "./candidate.ts";
import type { RetrainOutcome, RetrainParams } from "./contract.ts";
import { planRun } from "./plan.ts";
import { fitBaseline, servePopularity } from "./popularity.ts";
import type { RetrainPorts, StepRunner } from "./ports.ts";
import { missingData, readData } from "./read.ts";
import { type Made, recordRun } from "./record.ts";
import { writeReport } from "./report.ts";
import type { RunContext } from "./run.ts";
import { noteSearch } from "./settings-store.ts";
import { splitData } from "./split.ts";
import { openWorkspace } from "./workspace.ts";

/**
 * One retrain: read → split → plan → search → fit → evaluate → gate → refit → publish, each a step or several slices. Killed at any
 * point it goes on from the last finished step; a step that is repeated writes the same bytes again. However it ends,
 * gold.training_runs tells.
 */
export async function retrain(
  ports: RetrainPorts,
  given: RetrainParams,
  step: StepRunner,
): Promise<RetrainOutcome> {
  const settings = given.rerun?.settings ?? given.settings ?? SETTINGS_DEFAULT;
  const params = { ...given, settings };
  // As it was run: a run again takes as many rows. What the settings in force are hashed to stays as it is.
  const made: Made = { settings: { ...settings, rowsMax: given.rowsMax ?? settings.rowsMax }, costs: {} };
  const context: RunContext = { ports, params, workspace: openWorkspace(ports, params), step, made };
  const outcome = await run(context);
  const { seconds } = await step.do("finish", async () => {
    const { searched, inVain, snapshots = {} } = made;
    if (searched !== undefined && inVain !== undefined && outcome.status === "refused") {
      await noteSearch(ports.store, params.tenant, { ...searched, inVain, snapshots });
    }
    await writeReport(context, outcome);
    await context.workspace.finish(outcome);
    return { seconds: Math.max(0, ports.clock() - params.requestedAtMs) / 1_000 };
  });
  await step.do("record", () => recordRun(ports, params, { outcome, made, seconds }));
  return outcome;
}

async function run(context: RunContext): Promise<RetrainOutcome> {
  const { ports, params, workspace, step, made } = context;
  const read = await step.do("read", () => readData(ports, params, workspace));
  if ("unreadable" in read) return { status: "refused", reason: read.unreadable, metrics: {} };
  made.snapshots = read.snapshots;
  if ("live" in read) {
    const reason = `nothing has changed since the live model ${read.live} was trained: neither rows, items and users nor settings`;
    return { status: "refused", reason, metrics: {}, live: read.live };
  }
  made.read = read;
  made.interactions = read.interactions;
  const missing = missingData(read);
  if (missing !== null) return missing;
  const split = await step.do("split", () => splitData(params, workspace));
  made.split = split;
  const plan = await step.do("plan", () => planRun(ports, params, read, split));
  made.plan = plan;
  const baseline = await fitBaseline(context);
  const rows = { read, split };
  if (plan.kind !== "popularity") return trainCandidate(context, { rows, baseline, plan });
  return servePopularity(context, { rows, baseline, reason: plan.reason, study: null });
}
