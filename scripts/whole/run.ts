import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import path from "node:path";
import { DAY_MS, TRAIN_ROWS_WHOLE_MAX } from "../../src/base/index.ts";
import { openLake } from "../../src/lake/index.ts";
import type { SettingsPatch, TrainingSettings } from "../../src/registry/index.ts";
import {
  markOpen,
  noticeSettings,
  planRerun,
  putSettings,
  type RetrainOutcome,
  type RetrainParams,
  type RetrainPorts,
  readSettings,
  retrain,
  runIdOf,
  startedAtMs,
} from "../../src/retraining/index.ts";
import { folderStore } from "../local/folder-store.ts";
import { wholePorts } from "./ports.ts";
import { withScratch } from "./scratch.ts";
import type { Site } from "./site.ts";
import { folderSteps } from "./steps.ts";

/** At most one of `run`, `resume`, `settings`; `seed` goes with none of them. */
export interface WholeRequest {
  seed?: number;
  /** An earlier run, to be run again. */
  run?: string;
  /** A run that was cut short, to go on. */
  resume?: string;
  /** To be put in force, and trained by. */
  settings?: SettingsPatch;
}

export interface WholeTeller {
  onProgress: NonNullable<RetrainPorts["onProgress"]>;
  say(line: string): void;
}

const PARAMS_FILE = "params.json";

/** One retrain in this process, with the trainer's steps, gate and publication, on all rows; resolves when it is recorded. */
export async function runWhole(
  site: Site,
  request: WholeRequest,
  teller: WholeTeller,
): Promise<{ runId: string; outcome: RetrainOutcome }> {
  const params = await paramsOf(site, request);
  const { runId, tenant } = params;
  const folder = path.join(site.folder, runId);
  await mkdir(folder, { recursive: true });
  await sweep(site.folder, runId);
  await writeFile(path.join(folder, PARAMS_FILE), JSON.stringify(params));
  const scratch = folderStore(path.join(folder, "objects"));
  const store = withScratch(site.store, `work/${tenant}/${runId}/`, scratch);
  const steps = folderSteps(path.join(folder, "steps"));
  // Scheduled runs wait for this one: whatever goes live meanwhile makes what this one found a conflict.
  if (params.rerun === undefined) await markOpen(site.store, tenant, runId);
  teller.say(`The run ${runId}; cut short, it goes on by \`lakeshore train --whole --resume ${runId}\`.`);
  const outcome = await retrain(wholePorts({ ...site, store }, teller), params, steps);
  await rm(folder, { recursive: true });
  return { runId, outcome };
}

/** As long as the Workers keep what a run left behind that was cut short: it holds what people did. */
const KEPT_MS = 2 * DAY_MS;

async function sweep(folder: string, own: string): Promise<void> {
  for (const runId of await readdir(folder)) {
    if (runId !== own && Date.now() - startedAtMs(runId) > KEPT_MS) {
      await rm(path.join(folder, runId), { recursive: true });
    }
  }
}

async function paramsOf(site: Site, request: WholeRequest): Promise<RetrainParams> {
  const { tenant, store } = site;
  if (request.resume !== undefined) return readParams(site, request.resume);
  const nowMs = Date.now();
  const named = (reason: string) => ({
    ...{ tenant, reason, runId: runIdOf(tenant, reason, nowMs), requestedAtMs: nowMs },
  });
  if (request.run !== undefined) {
    const lake = openLake(store, { clock: Date.now });
    const plan = await planRerun({ lake, store }, { tenant, run: request.run, nowMs });
    if (!plan.ok) throw new Error(plan.error.message);
    const { rerun, seed } = plan.value;
    return { ...named("rerun"), seed, rerun, rowsMax: rerun.settings.rowsMax };
  }
  const rowsMax = wholeRowsMax(totalmem());
  const isPatched = request.settings !== undefined;
  const settings = isPatched ? await adopt(site, request.settings ?? {}) : await settingsOf(site);
  const seed = request.seed ?? settings.seed;
  return { ...named(isPatched ? "settings" : "whole"), settings, seed, rowsMax };
}

async function settingsOf({ store, tenant }: Site): Promise<TrainingSettings> {
  return (await readSettings(store, tenant)).settings;
}

/** Puts the next version of the settings in force. The run by them is this one: the site's Workers start none. */
async function adopt({ store, tenant }: Site, patch: SettingsPatch): Promise<TrainingSettings> {
  const written = await putSettings(store, tenant, patch);
  if (!written.ok) throw new Error(written.error);
  const { settings } = await noticeSettings(store, tenant, async () => {});
  return settings;
}

async function readParams({ folder, tenant }: Site, runId: string): Promise<RetrainParams> {
  const file = path.join(folder, path.basename(runId), PARAMS_FILE);
  if (!existsSync(file)) throw new Error(`${folder} holds no run ${runId} that was cut short`);
  const params = JSON.parse(await readFile(file, "utf8")) as RetrainParams;
  if (params.tenant === tenant) return params;
  throw new Error(`the run ${runId} is of the tenant ${params.tenant}, and the key of ${tenant}`);
}

/** Columns of a row and their copies for the parts of a split are some 60 bytes; as much again is for what is learnt. */
const BYTES_PER_ROW = 128;

/** How many rows a machine with so much memory takes. */
export function wholeRowsMax(memoryBytes: number): number {
  return Math.min(TRAIN_ROWS_WHOLE_MAX, Math.floor(memoryBytes / BYTES_PER_ROW));
}
