import type { Artifact, Manifest } from "../../src/registry/index.ts";

export const bytesOf = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

/** A small artifact whose bytes, and so whose version, follow from `content`. */
export function artifactOf(
  content: string,
  { tenant = "acme", createdAtMs = Date.UTC(2026, 10, 21) }: { tenant?: string; createdAtMs?: number } = {},
): Artifact {
  return {
    manifest: { ...MANIFEST_DRAFT, tenant, createdAtMs },
    files: { "model.onnx": bytesOf(`graph ${content}`), "catalog.parquet": bytesOf(`items ${content}`) },
  };
}

export const MANIFEST_DRAFT: Omit<Manifest, "v" | "version" | "hashes"> = {
  tenant: "acme",
  createdAtMs: 0,
  learner: "popularity",
  parameters: { halfLifeDays: 7 },
  seed: 1,
  data: { fromMs: 0, untilMs: 1, interactions: 10, users: 2, snapshot: "abc" },
  itemCount: 3,
  historyMax: 100,
  lateFeatureCount: 0,
  metrics: {},
  evaluation: { protocol: "none", cases: 0, users: 0, cutMs: 0 },
  fits: { evaluated: "a", published: "b" },
};
