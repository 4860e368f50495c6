import { toBase64Url } from "../../src/base/index.ts";
import { readProfile, readStoredKey, readStoredTenant, readVisitorFacts } from "../../src/features/index.ts";
import { IntakeProducer } from "../../src/ingest/intake.ts";
import type { PipelineAdmin } from "../../src/ops/index.ts";
import type { QualityAdmin } from "../../src/quality/index.ts";
import type { ScorerRpc } from "../../src/registry/index.ts";
import type { TrainerAdmin } from "../../src/retraining/index.ts";
import {
  cacheApiOwnLists,
  cacheApiSeenLists,
  createMemory,
  createSigner,
  kvConfigs,
  kvKeys,
  kvLists,
  kvScenarios,
  type ServingMemory,
  type ServingPorts,
  type Signer,
} from "../../src/serving/index.ts";
import { ApiError } from "./errors.ts";
import { logFailure } from "./log.ts";

/** The generated bindings, and the secrets that every deployment sets. */
export type Env = EdgeEnv & { ADMIN_TOKEN?: string; SIGNING_SECRET?: string };

/** What this isolate remembers between requests: nothing that it could not read again. */
export const memory: ServingMemory = createMemory();

let producer: IntakeProducer | undefined;

/** This isolate's count of accepted events; made by the first request, for randomness is refused before it. */
export function intakeProducer(): IntakeProducer {
  producer ??= new IntakeProducer(() => toBase64Url(crypto.getRandomValues(new Uint8Array(12))));
  return producer;
}

let signer: { secret: string; signer: Signer } | undefined;

function signerOf({ SIGNING_SECRET: secret }: Env): Signer {
  if (secret === undefined || secret === "") {
    throw new ApiError("unavailable", "SIGNING_SECRET is not set: run `wrangler secret put SIGNING_SECRET`");
  }
  if (signer?.secret !== secret) signer = { secret, signer: createSigner(secret) };
  return signer.signer;
}

/** Serving's ports on this Worker's bindings. */
export function servingPorts(env: Env, waitUntil: (work: Promise<unknown>) => void): ServingPorts {
  return {
    keys: kvKeys(env.KV, (tenant, hash) => readStoredKey(env.DB, tenant, hash)),
    configs: kvConfigs(env.KV, (tenant) => readStoredTenant(env.DB, tenant)),
    scenarios: kvScenarios(env.KV),
    profiles: {
      // The nearest replica will do: a profile is a few seconds behind the events anyway.
      read: (tenant, subjects) =>
        readProfile(env.PROFILES_0.withSession("first-unconstrained"), tenant, subjects, Date.now()),
      readFacts: (visitor) =>
        readVisitorFacts(
          {
            core: env.DB.withSession("first-unconstrained"),
            profiles: env.PROFILES_0.withSession("first-unconstrained"),
          },
          { ...visitor, nowMs: Date.now() },
        ),
    },
    lists: kvLists(env.KV, Date.now),
    seen: cacheApiSeenLists(() => caches.default),
    own: cacheApiOwnLists(() => caches.default),
    scorer: scorer(env),
    signer: signerOf(env),
    now: Date.now,
    timer,
    background: (work) => waitUntil(work.catch((error: unknown) => logFailure("background", error))),
  };
}

/** The peers' RPC by their contracts: a binding's generated type knows only that it is a service. */
export function scorer(env: Env): ScorerRpc {
  return env.SCORER as unknown as ScorerRpc;
}

export function pipeline(env: Env): PipelineAdmin {
  return env.PIPELINE as unknown as PipelineAdmin;
}

export function quality(env: Env): QualityAdmin {
  return env.PIPELINE as unknown as QualityAdmin;
}

export function trainer(env: Env): TrainerAdmin {
  return env.TRAINER as unknown as TrainerAdmin;
}

export function timer(ms: number): { elapsed: Promise<void>; cancel(): void } {
  let id: number | null = null;
  const elapsed = new Promise<void>((resolve) => {
    id = setTimeout(resolve, ms);
  });
  return { elapsed, cancel: () => clearTimeout(id) };
}
