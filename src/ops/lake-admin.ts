import type { ReplayOutcome, ReplayRequest } from "./replay-admin.ts";

/** One object of the lake as it is sent on: a part of it where a range was asked for. */
export interface LakeObject {
  size: number;
  /** Of the whole object, without quotes. */
  etag: string;
  uploadedMs: number;
  range: { offset: number; length: number } | null;
  /** Null where only the head was asked for. */
  body: ReadableStream<Uint8Array> | null;
}

export interface LakeObjectRequest {
  /** The `Range` header as it came. */
  range: string | null;
  withBody: boolean;
}

export interface LakeListing {
  objects: { key: string; size: number; etag: string; uploadedMs: number }[];
  /** Absent on the last page. */
  cursor?: string;
}

/** A call of the Iceberg REST catalog's specification, and what it is answered. */
export interface CatalogCall {
  method: "GET" | "HEAD";
  /** What follows `/v1/`, decoded: `["namespaces", "bronze", "tables"]`. */
  path: string[];
  query: Record<string, string>;
}

export interface CatalogAnswer {
  status: number;
  /** JSON; null for a HEAD. */
  body: unknown;
}

/** What the crons do on the lake; each call does a bounded share of it. */
export type LakeJob = "commit" | "refine" | "maintain" | "quality" | "segments" | "features" | "erase";

/** Rows of gold.item_features and gold.user_features. */
export interface FeaturesMade {
  items: number;
  users: number;
  /** Of silver.interactions; null when there is none: then nothing was made. */
  snapshotId: number | null;
}

/** `done` is false while there is more to do: the caller repeats. */
export type LakeJobOutcome = { done: boolean } & Record<string, unknown>;

/** The lake's half of the pipeline's `Admin`: reading it as it is, and its jobs on demand. For the root token only. */
export interface LakeAdmin {
  /** Keys under `lake/` only; null for others and for absent ones. */
  readLakeObject(
    key: string,
    request: LakeObjectRequest,
  ): Promise<LakeObject | { error: "unsatisfiable"; size: number } | null>;
  listLakeObjects(prefix: string, cursor?: string): Promise<LakeListing>;
  callCatalog(call: CatalogCall): Promise<CatalogAnswer>;
  /** One step of a replay of quarantine; null when the cursor is none that a step answered. */
  replayQuarantine(request: ReplayRequest): Promise<ReplayOutcome | null>;
  runLakeJob(job: LakeJob): Promise<LakeJobOutcome>;
  /** Makes gold's features of a tenant as of any time that is past; null when there is no such tenant. */
  makeFeaturesAsOf(tenant: string, asOfMs: number): Promise<FeaturesMade | { error: "future" } | null>;
}
