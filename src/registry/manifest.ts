import * as z from "zod";

const interval = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** A figure with its 95 % interval, for the model and for popularity on the same cases, and the paired difference. */
export const metricSchema = z.strictObject({ model: interval, popularity: interval, difference: interval });

export type Interval = z.infer<typeof interval>;
export type Metric = z.infer<typeof metricSchema>;

/** What the search chose: parts, each with its learner's parameters and its weight in the sum. A renewal fits the same again. */
export const recipeSchema = z.strictObject({
  parts: z.array(
    z.strictObject({
      learner: z.string(),
      parameters: z.record(z.string(), z.number()),
      weight: z.number(),
    }),
  ),
  contentWeight: z.number(),
});

export type Recipe = z.infer<typeof recipeSchema>;

/** Shares of what the top-10 lists of one model show. */
export const exposureSchema = z.strictObject({
  /** Of the items that compete, how many stand in any list. */
  coverage: z.number(),
  /** Of the lists' places, how many hold an item that is new to the catalogue. */
  recentShare: z.number(),
  /** Of the places that items get, over the items that compete: 0 all alike, 1 one has all. Absent in older models, as is the next. */
  gini: z.number().optional(),
  /** Mean over places of −log2 of the item's share of the rows fitted on, bits. */
  novelty: z.number().optional(),
});

export type Exposure = z.infer<typeof exposureSchema>;

/** Why the model went live. */
const gateSchema = z.strictObject({
  reason: z.string(),
  /** Against the live model, with equal knowledge, on cases newer than its data; `popularity` of the metric is the live model. */
  live: z.strictObject({ version: z.string(), cases: z.int(), metric: metricSchema.nullable() }).nullable(),
  exposure: z.record(z.string(), exposureSchema),
});

/** What became of the second stage, which orders the best few hundred of retrieval: attached, or why not. */
export const rankerSchema = z.strictObject({
  /** Whether the artifact has `ranker.onnx`. */
  attached: z.boolean(),
  reason: z.string(),
  /** Lists that it was fitted on, and those, newer than all of them, that it was judged on. */
  lists: z.strictObject({ fitted: z.int(), judged: z.int() }),
  /** Of the judged lists; `popularity` of a metric is the order that retrieval gives. */
  metrics: z.record(z.string(), metricSchema),
  /** How many of retrieval's best it orders. */
  candidates: z.int(),
  /** Columns of `features` [C, F] in order, each with what stands where it is unknown: a rate's is its prior. */
  features: z.array(
    z.strictObject({ name: z.string(), default: z.number(), importance: z.number().optional() }),
  ),
  /** By place, first 0: log-odds of being taken there against the first place, all else equal. */
  positionOffsets: z.array(z.number()),
});

export type RankerCard = z.infer<typeof rankerSchema>;

/** The version whose parts the fits started from, and how many runs in a row have begun so; absent where fits begin anew. */
export const startSchema = z.strictObject({ version: z.string(), inARow: z.int() });

export type Start = z.infer<typeof startSchema>;

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
    /** Where more is there than one training takes: rows and users of all, of which these are a sample weighted by recency. */
    sampledFrom: z.strictObject({ interactions: z.int(), users: z.int() }).optional(),
  }),
  itemCount: z.int(),
  historyMax: z.int(),
  /** Code of a standard event type → what one weighs, where training took another weight than the event's own; 0 leaves it out. */
  historyWeights: z.record(z.string(), z.number()).optional(),
  /** Width F of `late_features`; 0 when the graph ignores late items. */
  lateFeatureCount: z.int(),
  /** Metrics on the slice that the evaluated fit had not seen; keys such as `ndcg@10`. */
  metrics: z.record(z.string(), metricSchema),
  evaluation: z.strictObject({
    protocol: z.string(),
    cases: z.int(),
    users: z.int(),
    cutMs: z.int(),
    /** The gate's metric on parts of the cases: by how much is known of the user, and by how frequent the item is. */
    segments: z.record(z.string(), z.strictObject({ cases: z.int(), metric: metricSchema })).optional(),
  }),
  /** Of the slice's fit and of the published refit: both are named, so the card can say which the metrics are of. */
  fits: z.strictObject({ evaluated: z.string(), published: z.string() }),
  // What follows is absent in models made before it was kept.
  recipe: recipeSchema.optional(),
  /** The search that chose the recipe: of this run, or of the earlier one whose recipe was fitted again. */
  study: z
    .strictObject({
      atMs: z.int(),
      trials: z.int(),
      /** Validation figure by part, and of the blend. */
      figures: z.record(z.string(), z.number()),
      /** Why that was chosen, and which learners the budget did not afford. */
      reason: z.string().optional(),
      /** Interactions that were there: a search is worth repeating once they have doubled. */
      interactions: z.int(),
      /** SHA-256 of the settings that it went by. */
      settings: z.string(),
    })
    .optional(),
  /** SHA-256 of the settings that the run went by; those of `study` are of its search. */
  settings: z.string().optional(),
  gate: gateSchema.optional(),
  ranker: rankerSchema.optional(),
  /** Estimated by the work that was counted, for the clock stands still while a Worker computes. */
  cost: z.strictObject({ cpuSeconds: z.number(), dollars: z.number() }).optional(),
  startedFrom: startSchema.optional(),
  /** SHA-256, hex, by file name. */
  hashes: z.record(z.string(), z.string()),
  /** Likewise, of what later fits may start from and serving reads nothing of. */
  parts: z.record(z.string(), z.string()).optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** `current.json`: which version is live. Its write is the one commit point of a promotion. */
export const pointerSchema = z.strictObject({
  v: z.literal(1),
  version: z.string(),
  promotedAtMs: z.int(),
  /** A pinned pointer is moved by hand only: after a roll-back or a promotion by hand, until unpinned. */
  pinned: z.boolean(),
  previous: z.array(z.string()),
  /**
   * Since when versions of one recipe have been live, each renewing the last, and which version was before them, of a course that
   * began then: none before a tenant's first course, nor before one that a roll-back began. Absent where the recipe is not known,
   * and in pointers from before it was kept.
   */
  course: z
    .strictObject({
      sinceMs: z.int(),
      before: z.strictObject({ version: z.string(), sinceMs: z.int() }).optional(),
    })
    .optional(),
  /** The guardrails took a version back: the pin holds until it is undone, or a candidate of another recipe is superior to what is live. */
  takenBack: z.strictObject({ version: z.string(), reason: z.string(), atMs: z.int() }).optional(),
});

export type Pointer = z.infer<typeof pointerSchema>;
