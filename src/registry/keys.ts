/** The object that says which version of a tenant's model is live. */
export function pointerKey(tenant: string): string {
  return `models/${tenant}/current.json`;
}

export function modelKey(tenant: string, version: string, file: string): string {
  return `models/${tenant}/${version}/${file}`;
}

/** What `versionName` makes. */
export const VERSION_PATTERN = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;

/**
 * What a version keeps of a learner's fit, for later fits to start from: tables of items and weights, no user among them. Of the fit
 * that was evaluated and of the one on all rows: what is to be judged may only start from what has not seen its test slice.
 */
export function partFileName(fit: "evaluated" | "published", learner: string): string {
  return `parts/${fit}-${learner}.bin`;
}

/** The evaluated fit as a graph, kept with its parts: what a model that starts from them has to be as good as. */
export const EVALUATED_FILE = "parts/evaluated.onnx";

/**
 * `20261121T150954Z-1a2b3c4d`: sorts by time of creation, and the same files made at the same time have the same name,
 * so that publishing again after a crash continues the first attempt instead of leaving a second version.
 */
export function versionName(createdAtMs: number, contentHash: string): string {
  const time = new Date(createdAtMs).toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return `${time}-${contentHash.slice(0, 8)}`;
}
