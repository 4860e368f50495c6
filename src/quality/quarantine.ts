import { EVENT_COLUMNS } from "../events/index.ts";
import { FAILED_CHECK, type LiveFile, QUARANTINE, type QuarantinedRow, type Table } from "../lake/index.ts";
import type { AnyTableChecks } from "./check.ts";
import type { Failure } from "./failure.ts";
import type { QualityLake } from "./ports.ts";

/** `silver.interactions/event_once`: a check's name wherever tables meet. */
export function checkId(table: string, check: string): string {
  return `${table}/${check}`;
}

/**
 * Copies failing rows of a file to quarantine, each once for a check, however often its file is read again or a run is repeated: what
 * is there already is left out. The rows also stay where they are, and counted: the copies are to be looked at, and a replay skips them. Returns the rows copied.
 */
export async function quarantineFailures(
  lake: QualityLake,
  checks: AnyTableChecks,
  { file, failures, nowMs }: { file: LiveFile; failures: readonly Failure[]; nowMs: number },
): Promise<number> {
  const known = await knownEntries(lake, checks, failures, nowMs);
  const fresh = new Map<string, Failure>();
  for (const failure of failures) {
    const entry = entryOf(failure.tenant, failure.eventId, checkId(checks.table.name, failure.check));
    if (!known.has(entry)) fresh.set(entry, failure);
  }
  if (fresh.size === 0) return 0;
  const bodies = await readBodies(
    lake,
    checks,
    file,
    new Set([...fresh.values()].map(({ eventId }) => eventId)),
  );
  const rows = [...fresh.values()].map(
    ({ tenant, eventId, check, fault }): QuarantinedRow => ({
      tenant,
      event_id: eventId,
      reason: FAILED_CHECK,
      check: checkId(checks.table.name, check),
      detail: fault,
      body: bodies.get(`${tenant}/${eventId}`) ?? "",
      truncated: false,
      quarantined_at: nowMs,
    }),
  );
  await lake.append(QUARANTINE, rows, { nowMs });
  return rows.length;
}

/** Entries that the table holds already, among those asked about. What an earlier run left pending is committed first. */
async function knownEntries(
  lake: QualityLake,
  { table }: AnyTableChecks,
  failures: readonly Failure[],
  nowMs: number,
): Promise<Set<string>> {
  await lake.commitPending(QUARANTINE, { nowMs, force: true });
  const asked = new Set(
    failures.map((row) => entryOf(row.tenant, row.eventId, checkId(table.name, row.check))),
  );
  const known = new Set<string>();
  const columns = ["tenant", "event_id", "check"] as const;
  const where = [{ column: "reason" as const, min: FAILED_CHECK, max: FAILED_CHECK }];
  for await (const batch of lake.scan(QUARANTINE, { columns, where })) {
    for (let row = 0; row < batch.rows; row++) {
      const { tenant, event_id, check } = batch.columns;
      const entry = entryOf(tenant[row] ?? "", event_id[row] ?? "", check[row] ?? "");
      if (asked.has(entry)) known.add(entry);
    }
  }
  return known;
}

function entryOf(tenant: string, eventId: string, check: string): string {
  return JSON.stringify([tenant, eventId, check]);
}

/** The rows as events, by tenant and id: as others stand in quarantine. */
async function readBodies(
  lake: QualityLake,
  { table, idColumn = "event_id" }: AnyTableChecks,
  file: LiveFile,
  eventIds: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const bodies = new Map<string, string>();
  const present = new Set(table.columns.map(({ name }) => name));
  const own = present.has("consent") ? EVENT_COLUMNS.map(({ name }) => name as string) : [...present];
  const columns = [...new Set([...own, "tenant", idColumn])];
  for await (const batch of lake.scan(table as Table<Record<string, unknown>>, { columns, files: [file] })) {
    for (let row = 0; row < batch.rows; row++) {
      const eventId = batch.columns[idColumn]?.[row] as string;
      if (!eventIds.has(eventId)) continue;
      const cells = own.map((name): [string, unknown] => [name, batch.columns[name]?.[row] ?? null]);
      const body = JSON.stringify(Object.fromEntries(cells.filter(([, cell]) => cell !== null)));
      bodies.set(`${batch.columns.tenant?.[row]}/${eventId}`, body);
    }
  }
  return bodies;
}
