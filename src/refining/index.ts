/**
 * refining: from bronze to silver to gold, in bounded units of work. Each job reads what its inputs' snapshots added, rewrites
 * the partitions that this touches, and commits data and watermark together: repeated, interrupted or run twice at once, a job
 * gives what one run over everything would. `refine` runs one unit of each and leaves a row of lineage.
 */
export {
  countSegments,
  type FeatureMoment,
  ITEM_DAILY_SQL,
  type MaterialisedFeatures,
  materialiseFeatures,
  type RefreshedFeatures,
  type RefreshedSegments,
  refreshFeatures,
  refreshSegments,
  type SegmentPorts,
  type SegmentsCounted,
  type TenantSegments,
} from "./gold/index.ts";
export {
  inputKey,
  type Job,
  type JobOutcome,
  type RefineOptions,
  type RefinePorts,
  RUN_KEY,
  runName,
} from "./job.ts";
export { type Refined, refine, remakeGold } from "./refine.ts";
