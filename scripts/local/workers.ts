import { fileURLToPath } from "node:url";

/** The project's folder. Apart from the runtime, which takes a second to load. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The four Workers by their config, the edge first: it answers the port. */
export const WORKER_CONFIGS = {
  edge: "wrangler.toml",
  scorer: "workers/scorer.toml",
  pipeline: "workers/pipeline.toml",
  trainer: "workers/trainer.toml",
} as const;

export type WorkerName = keyof typeof WORKER_CONFIGS;
