/** Gold: what analysis and training read, kept from silver. */
import type { Job } from "../job.ts";
import { ITEM_DAILY_JOB } from "./item-daily.ts";
import { USER_HISTORIES_JOB } from "./user-histories.ts";

export { type RefreshedFeatures, refreshFeatures } from "./feature-days.ts";
export { type FeatureMoment, type MaterialisedFeatures, materialiseFeatures } from "./features.ts";
export { ITEM_DAILY_SQL } from "./item-daily.sql.ts";
export { countSegments, type SegmentsCounted } from "./segment-trends.ts";
export {
  type RefreshedSegments,
  refreshSegments,
  type SegmentPorts,
  type TenantSegments,
} from "./segments.ts";

/** In the order in which they run. */
export const GOLD_JOBS: readonly Job[] = [ITEM_DAILY_JOB, USER_HISTORIES_JOB];
