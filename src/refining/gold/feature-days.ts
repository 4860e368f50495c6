import { DAY_MS } from "../../base/index.ts";
import { USER_FEATURES } from "../../lake/index.ts";
import { type RefinePorts, runName } from "../job.ts";
import { type MaterialisedFeatures, materialiseFeatures } from "./features.ts";

export interface RefreshedFeatures {
  /** Whether every tenant's midnight is made. */
  done: boolean;
  /** What this call made; null when there was nothing due. */
  made: ({ tenant: string; asOfMs: number } & MaterialisedFeatures) | null;
}

/**
 * Makes the features of one tenant as of the last midnight UTC, once; the caller repeats until done. Rows first, then the mark that
 * they were made, so that a crash in between only makes them again. Rejects with `StaleBaseError` when another run was faster.
 */
export async function refreshFeatures(
  ports: Pick<RefinePorts, "lake" | "store" | "clock" | "newRunName">,
  { tenants, nowMs }: { tenants: readonly string[]; nowMs: number },
): Promise<RefreshedFeatures> {
  const asOfMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const marks = (await ports.lake.load(USER_FEATURES))?.metadata.properties ?? {};
  const due = tenants.filter((tenant) => marks[propertyOf(tenant)] !== String(asOfMs));
  const [tenant] = due;
  if (tenant === undefined) return { done: true, made: null };
  const run = runName(nowMs, ports.newRunName());
  const made = await materialiseFeatures(ports, { tenant, asOfMs, nowMs, run });
  await ports.lake.commit(
    USER_FEATURES,
    { operation: "append", added: [], properties: { [propertyOf(tenant)]: String(asOfMs) } },
    { nowMs },
  );
  return { done: due.length === 1, made: { tenant, asOfMs, ...made } };
}

function propertyOf(tenant: string): string {
  return `lakeshore.features.${tenant}`;
}
