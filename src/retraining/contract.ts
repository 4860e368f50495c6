import type {
  Manifest,
  Metric,
  Pointer,
  PointerError,
  RunReport,
  SettingsPatch,
  TrainingSettings,
} from "../registry/index.ts";
import type { Plan } from "./plan.ts";

/** How a retrain ended. A refusal is no error: the reason is for the tenant to read. */
export type RetrainOutcome =
  | {
      status: "published";
      version: string;
      learner: string;
      /** Why it went live; of popularity, why nothing else did. */
      reason: string;
      metrics: Record<string, Metric>;
    }
  | {
      status: "refused";
      reason: string;
      metrics: Record<string, Metric>;
      /** The live version, where what came out is equal to it byte for byte: nothing is wrong. */
      live?: string;
    }
  | { status: "too_little_data"; interactionsNeeded: number; message: string }
  | {
      status: "reproduced";
      /** The run that was run again. */
      of: string;
      /** Whether every file that the first run made came out byte for byte; what it did not make is not compared. */
      identical: boolean;
      evaluatedHash: string;
      modelHash: string;
      metrics: Record<string, Metric>;
    };

/** What it takes to run a run again, as `gold.training_runs` keeps it. */
export interface Rerun {
  of: string;
  /** Table → the snapshot that it read. */
  snapshots: Record<string, number>;
  requestedAtMs: number;
  settings: TrainingSettings;
  /** What it did, as it came out: popularity where a candidate had fallen back to it. */
  plan: Plan;
  /** SHA-256 of what it made; null where it was refused before. */
  evaluatedHash: string | null;
  modelHash: string | null;
}

/** Why a run cannot be run again. */
export interface RerunRefusal {
  /** `unknown`: there is no such run. `expired`, `erased`: what it read, or started from, is gone. `outdated`: made by a trainer that kept no settings. */
  kind: "unknown" | "expired" | "erased" | "nothing_read" | "outdated";
  message: string;
}

export interface RetrainParams {
  tenant: string;
  runId: string;
  seed: number;
  /** Who or what asked for it: `cron`, `admin`, `import`, `settings`, `rerun`, `whole`. */
  reason: string;
  /** When it was asked for: the "now" of every step, so that a retry gives the same bytes. */
  requestedAtMs: number;
  /** Those in force when it was asked for; the default ones where absent. */
  settings?: TrainingSettings;
  /** Interactions that it takes, whatever the settings say: a run on Node has more memory than a Worker, for which they are made. */
  rowsMax?: number;
  /** Runs an earlier run again, on the snapshots that it read: nothing is published. */
  rerun?: Rerun;
}

export const RETRAIN_STEPS = ["read", "study", "fit", "evaluate", "gate", "refit", "publish"] as const;

export type RetrainStep = (typeof RETRAIN_STEPS)[number];

export interface RetrainStatus {
  status: "queued" | "running" | "complete" | "errored";
  step: string;
  /** 0…1 over the whole run, never falling. */
  progress: number;
  message: string;
  outcome?: RetrainOutcome;
  error?: string;
}

/** One row of `gold.training_runs`, as far as people ask for it. */
export interface RunSummary {
  run: string;
  requestedAtMs: number;
  status: string;
  /** `cron`, `admin`, `import`, `settings`, `rerun`, `whole`. */
  startedBy: string;
  seconds: number;
  learner: string | null;
  version: string | null;
  /** Why nothing was published, or nothing but popularity. */
  refusal: string | null;
}

/** What training goes by, and what is wrong with the file if it is not in force. */
export interface SettingsView {
  settings: TrainingSettings;
  error: string | null;
}

/** Why the pointer stays where it is, as a plain object for RPC. */
export interface PointerRefusal {
  error: string;
  code: PointerError["code"];
}

/** The trainer Worker's RPC entrypoint `Admin`. */
export interface TrainerAdmin {
  startRetrain(tenant: string, options: { seed?: number; reason: string }): Promise<{ runId: string }>;
  /** Runs an earlier run again with its seed on the snapshots that it read, and compares what comes out. */
  startRerun(tenant: string, run: string): Promise<{ runId: string } | { refusal: RerunRefusal }>;
  /** Null when the tenant has no such run. */
  retrainStatus(tenant: string, runId: string): Promise<RetrainStatus | null>;
  listModels(tenant: string): Promise<{ live: Pointer | null; versions: string[]; runs: RunSummary[] }>;
  getModel(tenant: string, version: string): Promise<Manifest | null>;
  /** What a run did and how it ended; null for one that has not ended, or is too old. */
  runReport(tenant: string, runId: string): Promise<RunReport | null>;
  /** Of the run that made the version; null for a version made before reports were kept. */
  versionReport(tenant: string, version: string): Promise<RunReport | null>;
  promote(tenant: string, version: string): Promise<Pointer | PointerRefusal>;
  rollback(tenant: string): Promise<Pointer | PointerRefusal>;
  unpin(tenant: string): Promise<Pointer | PointerRefusal>;
  getSettings(tenant: string): Promise<SettingsView>;
  /** Makes the next version of the settings and starts a run by them; neither where the patch changes nothing. */
  putSettings(
    tenant: string,
    patch: SettingsPatch,
  ): Promise<{ settings: TrainingSettings; runId: string | null } | { error: string }>;
}
