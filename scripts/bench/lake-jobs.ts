import type { Progress } from "../progress.ts";
import type { Site } from "./site.ts";

/** What one call of a job answers. */
export type Step = { done: boolean } & Record<string, unknown>;

/** Step by step, to the end. */
export async function runJob(site: Site, job: string, progress: Progress): Promise<Step[]> {
  const steps: Step[] = [];
  const part = progress.part(job, 1);
  for (;;) {
    const step = await runStep(site, job);
    steps.push(step);
    part.update(0, `${steps.length} steps`);
    if (!step.done) continue;
    part.finish(`${steps.length} steps`);
    return steps;
  }
}

/** Without the client's patience: a step that was given up would go on beside its repetition. */
async function runStep({ url, adminToken }: Site, job: string): Promise<Step> {
  const response = await fetch(`${url}/v1/admin/lake/jobs/${job}`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    body: "{}",
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`job ${job} answered ${response.status}: ${text.slice(0, 300)}`);
  const step = JSON.parse(text) as Step;
  const faults = step.faults as string[] | undefined;
  if (faults !== undefined && faults.length > 0) throw new Error(`job ${job}: ${faults.join("; ")}`);
  return step;
}
