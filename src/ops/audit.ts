import { CONFIG_CHANGES, type ConfigChange, type Lake } from "../lake/index.ts";

export type AuditEntry = Pick<ConfigChange, "kind" | "name" | "action" | "actor"> & { changedAtMs: number };

const COLUMNS = ["changed_at", "kind", "name", "action", "actor"] as const;

/** Who changed what of a tenant's keys, settings and scenarios, newest first. A change is told once its file is committed: within a minute. */
export async function readAudit(
  lake: Pick<Lake, "scan">,
  { tenant, limit }: { tenant: string; limit: number },
): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const { columns, rows } of lake.scan(CONFIG_CHANGES, { tenant, columns: COLUMNS })) {
    for (let row = 0; row < rows; row++) {
      entries.push({
        changedAtMs: columns.changed_at[row] as number,
        kind: columns.kind[row] as string,
        name: columns.name[row] as string,
        action: columns.action[row] as string,
        actor: columns.actor[row] as string,
      });
    }
  }
  return entries.sort((a, b) => b.changedAtMs - a.changedAtMs).slice(0, limit);
}
