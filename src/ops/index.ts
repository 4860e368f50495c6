/**
 * ops: running Lakeshore for its tenants: tenants, keys, statistics, and the admin contract of the pipeline Worker.
 * D1 is written first, KV second: a key or setting that the edge sees is always one that D1 has.
 */
export type {
  Page,
  PageRequest,
  PipelineAdmin,
  Refreshed,
  TenantOptions,
  TenantStats,
} from "./admin.ts";
