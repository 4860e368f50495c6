import { toBase64Url } from "../../src/base/index.ts";
import type { WorkerName } from "../local/workers.ts";
import { jsonOf } from "./provision.ts";
import type { Resources } from "./resources.ts";
import { must, type Wrangler } from "./wrangler.ts";

/** Who needs which secret; a test holds it to what the Workers read. */
export const WORKER_SECRETS: Record<WorkerName, readonly string[]> = {
  edge: ["ADMIN_TOKEN", "SIGNING_SECRET"],
  scorer: [],
  pipeline: [],
  trainer: [],
};

export interface Secrets {
  ADMIN_TOKEN: string;
  SIGNING_SECRET: string;
}

export function makeSecrets(random: (bytes: number) => Uint8Array): Secrets {
  return { ADMIN_TOKEN: toBase64Url(random(32)), SIGNING_SECRET: toBase64Url(random(32)) };
}

/** Whether every Worker holds every secret it needs. One that does not exist yet holds none. */
export async function secretsAreSet(wrangler: Wrangler, { workers }: Resources): Promise<boolean> {
  for (const { worker, name } of workers) {
    if (WORKER_SECRETS[worker].length === 0) continue;
    const { code, stdout } = await wrangler({ args: ["secret", "list", "--name", name] });
    if (code !== 0) return false;
    const held = new Set(jsonOf<{ name: string }[]>(stdout).map((secret) => secret.name));
    if (!WORKER_SECRETS[worker].every((secret) => held.has(secret))) return false;
  }
  return true;
}

/** Before the first deploy, so that no Worker ever runs without: wrangler then makes an empty Worker to hold them. */
export async function putSecrets(
  wrangler: Wrangler,
  { workers }: Resources,
  secrets: Secrets,
): Promise<void> {
  for (const { worker, name } of workers) {
    const needed = WORKER_SECRETS[worker];
    if (needed.length === 0) continue;
    const input = JSON.stringify(
      Object.fromEntries(Object.entries(secrets).filter(([key]) => needed.includes(key))),
    );
    await must(wrangler, { args: ["secret", "bulk", "--name", name], input });
  }
}
