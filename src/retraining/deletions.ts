import { type Lake, USER_CHANGES } from "../lake/index.ts";

/**
 * When the tenant's users were last deleted, by the subject that their history has: rows of before then are nobody's to learn from,
 * though they stay in gold until the next erasure takes them. Runs from before deletions were read have no snapshot of them.
 */
export async function readDeletions(
  lake: Lake,
  tenant: string,
  snapshotId: number | undefined,
): Promise<ReadonlyMap<string, number>> {
  const deletedAtMs = new Map<string, number>();
  if (snapshotId === undefined) return deletedAtMs;
  const columns = ["user_id", "changed_at", "deleted"] as const;
  for await (const batch of lake.scan(USER_CHANGES, { tenant, snapshotId, columns })) {
    const { user_id: users, changed_at: times, deleted } = batch.columns;
    for (let row = 0; row < batch.rows; row++) {
      if (deleted[row] !== true) continue;
      const subject = `u:${users[row]}`;
      deletedAtMs.set(subject, Math.max(times[row] as number, deletedAtMs.get(subject) ?? 0));
    }
  }
  return deletedAtMs;
}
