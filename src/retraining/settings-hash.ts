import { sha256Hex } from "../base/index.ts";
import type { TrainingSettings } from "../registry/index.ts";

/** Of what training goes by, not of the number that it was given: by equal settings the same would be found. */
export function settingsHash(settings: TrainingSettings): Promise<string> {
  const unnumbered = { ...settings, version: 0 };
  return sha256Hex(JSON.stringify(Object.entries(unnumbered).sort(([a], [b]) => (a < b ? -1 : 1))));
}
