import * as z from "zod";
import { TRAIN_INTERACTIONS_MIN, TRAIN_ROWS_MAX } from "../base/index.ts";

/** What a tenant may set of its training. What it does not name stays as it is. */
export const settingsPatchSchema = z
  .strictObject({
    schedule: z
      .enum(["hourly", "daily", "off"])
      .describe("How often a run starts by itself; the other ways to start one stay open."),
    budgetSeconds: z
      .number()
      .min(30)
      .max(14_400)
      .describe(
        "Estimated CPU-seconds of a search and of the fits that follow. Popularity, ranking the test cases and the second stage come on top.",
      ),
    searchEveryHours: z
      .int()
      .min(1)
      .max(720)
      .describe("Scheduled runs in between fit the live recipe on the newer rows, which costs minutes."),
    learners: z
      .array(z.string().max(50))
      .min(1)
      .max(20)
      .describe("Absent: the search chooses among all that suit the data."),
    eventWeights: z
      .record(z.string().max(50), z.number().min(0).max(100))
      .describe("Event type: what one is worth to training, in place of its own weight; 0 leaves it out."),
    seed: z.int().nonnegative(),
    rowsMax: z
      .int()
      .min(TRAIN_INTERACTIONS_MIN)
      .max(TRAIN_ROWS_MAX)
      .describe("Interactions that a run takes: of more, a sample of the users, weighted by recency."),
  })
  .partial();

export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

/** What training goes by. A version never changes: what changes gets the next number. */
export interface TrainingSettings {
  version: number;
  schedule: "hourly" | "daily" | "off";
  budgetSeconds: number;
  searchEveryHours: number;
  learners?: string[] | undefined;
  eventWeights: Record<string, number>;
  seed: number;
  rowsMax: number;
}

/** In force until there is a file. */
export const SETTINGS_DEFAULT: TrainingSettings = {
  version: 0,
  schedule: "hourly",
  budgetSeconds: 1_800,
  searchEveryHours: 24,
  eventWeights: {},
  seed: 1,
  rowsMax: TRAIN_ROWS_MAX,
};

/** `config/<tenant>/training.json`; what it does not name is as in `SETTINGS_DEFAULT`. */
export const settingsSchema = settingsPatchSchema
  .extend({ version: z.int().min(1) })
  .transform((given) => Object.assign({ ...SETTINGS_DEFAULT }, given) as TrainingSettings);
