import { writeFile } from "node:fs/promises";
import type { Manifest, RunReport } from "../../src/registry/index.ts";
import { type ApiClient, ApiError } from "../client/index.ts";
import { pageOf } from "./page.ts";

/** Of a finished run, whatever its end. */
export function readRunReport(client: ApiClient, run: string): Promise<RunReport> {
  return client.request(`/v1/admin/retrain/${encodeURIComponent(run)}/report`);
}

/** Writes the page of a run, with the card of the version that it published. */
export async function writeRunReport(client: ApiClient, report: RunReport, file: string): Promise<void> {
  const { version } = report;
  const manifest =
    version === null
      ? null
      : await found(client.request<Manifest>(`/v1/admin/models/${encodeURIComponent(version)}`));
  await writeFile(file, pageOf(report, manifest));
}

/** Writes the page of a version; of one made before reports were kept, what its card tells. */
export async function writeVersionReport(client: ApiClient, manifest: Manifest, file: string): Promise<void> {
  const path = `/v1/admin/models/${encodeURIComponent(manifest.version)}/report`;
  const report = await found(client.request<RunReport>(path));
  await writeFile(file, pageOf(report ?? reportOf(manifest), manifest));
}

/** Null where there is none. */
async function found<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

function reportOf(manifest: Manifest): RunReport {
  const { version, createdAtMs, seed, data, metrics, evaluation, gate, recipe, cost, fits } = manifest;
  return {
    ...{ v: 1, run: "", requestedAtMs: createdAtMs, startedBy: "", seed, status: "published", version },
    ...{ reason: gate?.reason ?? "made before reasons were kept", plan: null, data, metrics, evaluation },
    ...{ exposure: gate?.exposure ?? {}, live: gate?.live ?? null, recipe: recipe ?? null, fits },
    ...{ study: null, trials: [], curves: [] },
    costs: cost === undefined ? {} : { "all steps": cost.cpuSeconds },
    dollars: cost?.dollars ?? 0,
  };
}
