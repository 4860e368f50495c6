import type { Scale } from "../simulate/index.ts";

export interface StartOptions {
  data?: string;
  /** The command line's default differs between staying up (8787) and a single run (any free port). */
  port?: number;
  host: string;
  seed: number;
  scale: Scale;
  fresh: boolean;
  once: boolean;
  json: boolean;
}

export const PORT_DEFAULT = 8787;
