/**
 * `<tenant>_<reason>_<time>`: a tenant holds no underscore, so the run says whose it is. The same tenant, reason and
 * millisecond is the same run, which can be started once only. Fits a Workflow instance's 100 characters.
 */
export function runIdOf(tenant: string, reason: string, requestedAtMs: number): string {
  return `${tenant}_${reason.replaceAll(/[^a-z0-9-]/g, "-").slice(0, 40)}_${requestedAtMs.toString(36)}`;
}

export function tenantOfRun(runId: string): string {
  return runId.slice(0, Math.max(0, runId.indexOf("_")));
}

/** When the run was asked for. */
export function startedAtMs(runId: string): number {
  return Number.parseInt(runId.slice(runId.lastIndexOf("_") + 1), 36);
}
