import { applyTransform } from "../../iceberg/index.ts";

/** Tenants of one bucket share files; sixteen keep a small lake's files few and let a large one's jobs go bucket by bucket. */
export const TENANT_BUCKETS = { column: "tenant", transform: { kind: "bucket", buckets: 16 } } as const;

/** The partition value of a tenant in the tables of silver and gold, 0 … 15. */
export function tenantBucket(tenant: string): number {
  return applyTransform(TENANT_BUCKETS.transform, "string", tenant) as number;
}
