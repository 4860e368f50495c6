import * as z from "zod";
import { exposureSchema, manifestSchema, metricSchema, recipeSchema, startSchema } from "./manifest.ts";

/** Mean loss of each pass over the data. */
const losses = z.array(z.number());

/** One configuration that the search tried. */
export const trialSchema = z.strictObject({
  learner: z.string(),
  parameters: z.record(z.string(), z.number()),
  /** How much of the data it was tried on, from 0: each rung has more users and more cases than the one before. */
  rung: z.int(),
  /** Validation figure: the mean over cases of 1 / log2(rank + 1), of the learner with popularity beside it. */
  figure: z.number(),
  /** Estimated CPU-seconds. */
  workSeconds: z.number(),
  losses: losses.optional(),
});

const { data, evaluation, gate } = manifestSchema.shape;

/**
 * What a run did and how it ended, for people to look at: also of one that published nothing. Unlike the manifest it counts work,
 * so a run that was killed and went on has another one: no version is named after it.
 */
export const reportSchema = z.strictObject({
  v: z.literal(1),
  run: z.string(),
  requestedAtMs: z.int(),
  startedBy: z.string(),
  seed: z.int(),
  status: z.enum(["published", "refused", "too_little_data", "reproduced"]),
  reason: z.string(),
  version: z.string().nullable(),
  /** `search`, `renew` (the live model's recipe on newer rows) or `popularity`; null where it ended before. */
  plan: z.enum(["search", "renew", "popularity"]).nullable(),
  data: data.nullable(),
  /** Of the candidate against popularity; empty where it came to none. */
  metrics: z.record(z.string(), metricSchema),
  evaluation: evaluation.nullable(),
  /** By whose lists. */
  exposure: z.record(z.string(), exposureSchema),
  /** The candidate against the live model. */
  live: gate.unwrap().shape.live,
  /** What the search chose, or the live model's that was fitted again. */
  recipe: recipeSchema.nullable(),
  startedFrom: startSchema.optional(),
  /** The search that chose the recipe, of this run or of an earlier one. */
  study: z
    .strictObject({
      atMs: z.int(),
      reason: z.string(),
      /** Validation figure by part, and of the blend. */
      figures: z.record(z.string(), z.number()),
    })
    .nullable(),
  /** In the order in which they were run. */
  trials: z.array(trialSchema),
  /** What was trained in passes after the search. */
  curves: z.array(z.strictObject({ fit: z.string(), learner: z.string(), losses })),
  /** Estimated CPU-seconds by step. */
  costs: z.record(z.string(), z.number()),
  dollars: z.number(),
  /** SHA-256 of the fit that was judged and of the one on all rows. */
  fits: z.strictObject({ evaluated: z.string().nullable(), published: z.string().nullable() }),
});

export type RunReport = z.infer<typeof reportSchema>;
export type TrialReport = z.infer<typeof trialSchema>;

/** Beside a version's files, but none of them: the manifest has no hash of it. */
export const REPORT = "report.json";
