import { toBase64Url } from "../../src/base/index.ts";
import type { WorkerName } from "../local/workers.ts";
import { jsonOf } from "./provision.ts";
import type { Resources } from "./resources.ts";
import { failure, isAbsent, must, type Wrangler } from "./wrangler.ts";

export type SecretName = "ADMIN_TOKEN" | "SIGNING_SECRET";

/** Who needs which secret; a test holds it to what the Workers read. */
export const WORKER_SECRETS: Record<WorkerName, readonly SecretName[]> = {
  edge: ["ADMIN_TOKEN", "SIGNING_SECRET"],
  scorer: [],
  pipeline: [],
  trainer: [],
};

export type Secrets = Partial<Record<SecretName, string>>;

/** The secrets that a Worker lacks. One that does not exist yet holds none; any other failure to ask is the deploy's. */
export async function missingSecrets(wrangler: Wrangler, { workers }: Resources): Promise<SecretName[]> {
  const missing = new Set<SecretName>();
  for (const { worker, name } of workers) {
    if (WORKER_SECRETS[worker].length === 0) continue;
    const call = { args: ["secret", "list", "--name", name] };
    const result = await wrangler(call);
    // Taken for "holds none", a lost connection would replace the secrets of a running deployment.
    if (result.code !== 0 && !isAbsent(result)) throw failure(call, result);
    const listed = result.code === 0 ? jsonOf<{ name: string }[]>(result.stdout) : [];
    const held = new Set(listed.map((secret) => secret.name));
    for (const secret of WORKER_SECRETS[worker]) if (!held.has(secret)) missing.add(secret);
  }
  return [...missing];
}

export function makeSecrets(names: readonly SecretName[], random: (bytes: number) => Uint8Array): Secrets {
  return Object.fromEntries(names.map((name) => [name, toBase64Url(random(32))]));
}

/**
 * Before the first deploy, so that no Worker ever runs without: wrangler then makes an empty Worker to hold them. What a
 * Worker holds under other names stays.
 */
export async function putSecrets(
  wrangler: Wrangler,
  { workers }: Resources,
  secrets: Secrets,
): Promise<void> {
  for (const { worker, name } of workers) {
    const needed = Object.entries(secrets).filter(([key]) =>
      WORKER_SECRETS[worker].some((own) => own === key),
    );
    if (needed.length === 0) continue;
    const input = JSON.stringify(Object.fromEntries(needed));
    await must(wrangler, { args: ["secret", "bulk", "--name", name], input });
  }
}
