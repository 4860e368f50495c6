import type { Scale } from "../simulate/index.ts";

export interface StartOptions {
  data?: string;
  /** The command line's default differs between staying up (8787) and a single run (any free port). */
  port?: number;
  host: string;
  /** Folder of the home, when it is not the project's own. */
  state?: string;
  seed: number;
  scale: Scale;
  fresh: boolean;
  once: boolean;
  json: boolean;
}

export const PORT_DEFAULT = 8787;
