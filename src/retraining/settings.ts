import * as z from "zod";
import { TRAIN_ROWS_MAX } from "../base/index.ts";
import { LEARNERS } from "../learn/index.ts";

const learnerName = z.string().refine((name) => LEARNERS.some((learner) => learner.name === name), {
  error: () => `must be one of ${LEARNERS.map(({ name }) => name).join(", ")}`,
});

const fields = z.strictObject({
  /** Whether the cron starts runs; the other ways to start one stay open. */
  schedule: z.enum(["hourly", "daily", "off"]).default("hourly"),
  /** Estimated CPU-seconds of a search. The fits of what it chose come on top. */
  budgetSeconds: z.number().min(30).max(14_400).default(1_800),
  /** Scheduled runs in between fit the live model's recipe on the newer rows, which costs minutes. */
  searchEveryHours: z.int().min(1).max(720).default(24),
  /** Absent: the search chooses among all that suit the data. */
  learners: z.array(learnerName).min(1).max(20).optional(),
  /** Event type → what an interaction of that type is worth, in place of the declared weight; 0 leaves them out. */
  eventWeights: z.record(z.string().max(50), z.number().min(0).max(100)).default({}),
  seed: z.int().nonnegative().default(1),
  /** Interactions that a run takes: of more, a sample of the users, weighted by recency. */
  rowsMax: z.int().min(1_000).max(TRAIN_ROWS_MAX).default(TRAIN_ROWS_MAX),
});

/** `config/<tenant>/training.json`. A version never changes: what changes gets the next one. */
export const settingsSchema = fields.extend({ version: z.int().min(1) });

/** What may be put through the API: the version is given there. */
export const settingsPatchSchema = fields.partial();

export type TrainingSettings = z.infer<typeof settingsSchema>;
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

/** In force until there is a file. */
export const SETTINGS_DEFAULT: TrainingSettings = { ...fields.parse({}), version: 0 };
