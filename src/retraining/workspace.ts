import { DAY_MS, listAll, type ObjectStore, SECOND_MS } from "../base/index.ts";
import { REPORT } from "../registry/index.ts";
import { RETRAIN_STEPS, type RetrainOutcome, type RetrainParams, type RetrainStep } from "./contract.ts";
import type { RetrainPorts } from "./ports.ts";

/** The run's folder: what its steps hand to each other, its progress and its outcome. */
export function workKey(tenant: string, runId: string, name: string): string {
  return `work/${tenant}/${runId}/${name}`;
}

export interface Progress {
  step: string;
  progress: number;
  message: string;
  atMs: number;
}

export interface Workspace {
  /** Throws where nothing is. */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Null where nothing is. */
  find(name: string): Promise<Uint8Array<ArrayBuffer> | null>;
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** A reporter for one step: fraction 0…1 of that step. Never fails the step. */
  progress(step: RetrainStep): (fraction: number, message: string) => void;
  finish(outcome: RetrainOutcome): Promise<void>;
  /** Takes away what the steps handed to each other; the reports stay. */
  clear(): Promise<void>;
}

/** How the whole bar is shared out: the search takes most of the time. */
const SHARE: Record<RetrainStep, number> = {
  read: 0.05,
  study: 0.5,
  fit: 0.1,
  evaluate: 0.1,
  gate: 0.1,
  refit: 0.1,
  publish: 0.05,
};

/** R2 takes no more keys in a call. */
const DELETED_AT_ONCE = 1_000;

/** R2 takes one write per second to a key. */
const REPORT_EVERY_MS = 1.5 * SECOND_MS;

export function openWorkspace(ports: RetrainPorts, { tenant, runId }: RetrainParams): Workspace {
  const { store, clock } = ports;
  const key = (name: string) => workKey(tenant, runId, name);
  let reportedAtMs = 0;
  const workspace: Workspace = {
    async read(name) {
      const bytes = await workspace.find(name);
      if (bytes === null) throw new Error(`${key(name)} is missing: an earlier step of the run wrote it`);
      return bytes;
    },
    find: async (name) => (await store.get(key(name)))?.bytes ?? null,
    async write(name, bytes) {
      await store.put(key(name), bytes);
    },
    progress(step) {
      const before = RETRAIN_STEPS.slice(0, RETRAIN_STEPS.indexOf(step)).reduce(
        (sum, name) => sum + SHARE[name],
        0,
      );
      return (fraction, message) => {
        const nowMs = clock();
        const report: Progress = { step, progress: before + SHARE[step] * fraction, message, atMs: nowMs };
        ports.onProgress?.(report);
        if (nowMs - reportedAtMs < REPORT_EVERY_MS) return;
        reportedAtMs = nowMs;
        // Progress is a courtesy: a report that fails is overtaken by the next one.
        store.put(key("progress.json"), toJson(report)).catch(() => {});
      };
    },
    async finish(outcome) {
      await store.put(key("outcome.json"), toJson(outcome));
      await workspace.clear();
    },
    async clear() {
      const done: string[] = [];
      const reports = new Set([key("progress.json"), key("outcome.json"), key(REPORT)]);
      for await (const { key: name } of listAll(store, key(""))) if (!reports.has(name)) done.push(name);
      for (let at = 0; at < done.length; at += DELETED_AT_ONCE) {
        await store.delete(done.slice(at, at + DELETED_AT_ONCE));
      }
    },
  };
  return workspace;
}

/** A run has this long: what an isolate left behind when it died is taken away then, its reports with it. */
const RUN_KEPT_MS = 30 * DAY_MS;
const CHECKPOINTS_KEPT_MS = 2 * DAY_MS;

/** Takes away old runs' folders, at most 1,000 objects a call. */
export async function sweepWorkspaces(store: ObjectStore, nowMs: number): Promise<number> {
  const old: string[] = [];
  for await (const { key, uploadedMs } of listAll(store, "work/")) {
    const keptMs = key.endsWith(".json") ? RUN_KEPT_MS : CHECKPOINTS_KEPT_MS;
    if (nowMs - uploadedMs > keptMs && old.length < 1_000) old.push(key);
  }
  await store.delete(old);
  return old.length;
}

/** What a run last said of itself; null before its first report. */
export function readProgress(store: ObjectStore, tenant: string, runId: string): Promise<Progress | null> {
  return readJson(store, workKey(tenant, runId, "progress.json"));
}

/** Null while the run has not ended. */
export function readOutcome(
  store: ObjectStore,
  tenant: string,
  runId: string,
): Promise<RetrainOutcome | null> {
  return readJson(store, workKey(tenant, runId, "outcome.json"));
}

async function readJson<T>(store: ObjectStore, key: string): Promise<T | null> {
  const object = await store.get(key);
  return object === null ? null : (JSON.parse(new TextDecoder().decode(object.bytes)) as T);
}

function toJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
