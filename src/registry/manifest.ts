import * as z from "zod";

const interval = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** A figure with its 95 % interval, for the model and for popularity on the same cases, and the paired difference. */
export const metricSchema = z.strictObject({ model: interval, popularity: interval, difference: interval });

export type Interval = z.infer<typeof interval>;
export type Metric = z.infer<typeof metricSchema>;

/** `manifest.json` of a model artifact: all that serving, the gate and the model card must know of it. */
export const manifestSchema = z.strictObject({
  v: z.literal(1),
  tenant: z.string(),
  version: z.string(),
  createdAtMs: z.int(),
  learner: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  seed: z.int(),
  /** What the model was fitted on. */
  data: z.strictObject({
    fromMs: z.int(),
    untilMs: z.int(),
    interactions: z.int(),
    users: z.int(),
    /** The lake files or snapshots read, as a hash over their sorted names. */
    snapshot: z.string(),
    /** Table → the snapshot read. Absent in models made before tables had snapshots. */
    snapshots: z.record(z.string(), z.int()).optional(),
  }),
  itemCount: z.int(),
  historyMax: z.int(),
  /** Width F of `late_features`; 0 when the graph ignores late items. */
  lateFeatureCount: z.int(),
  /** Metrics on the slice that the evaluated fit had not seen; keys such as `ndcg@10`. */
  metrics: z.record(z.string(), metricSchema),
  evaluation: z.strictObject({ protocol: z.string(), cases: z.int(), users: z.int(), cutMs: z.int() }),
  /** Of the slice's fit and of the published refit: both are named, so the card can say which the metrics are of. */
  fits: z.strictObject({ evaluated: z.string(), published: z.string() }),
  /** SHA-256, hex, by file name. */
  hashes: z.record(z.string(), z.string()),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** `current.json`: which version is live. Its write is the one commit point of a promotion. */
export const pointerSchema = z.strictObject({
  v: z.literal(1),
  version: z.string(),
  promotedAtMs: z.int(),
  /** A pinned pointer is moved by hand only: after a roll-back, until unpinned. */
  pinned: z.boolean(),
  previous: z.array(z.string()),
});

export type Pointer = z.infer<typeof pointerSchema>;
