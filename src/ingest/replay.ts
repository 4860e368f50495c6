import { sha256Hex } from "../base/index.ts";
import {
  type Batch,
  FAILED_CHECK,
  type Lake,
  QUARANTINE,
  type QuarantinedRow,
  REPLAYED,
} from "../lake/index.ts";
import { judgeStored } from "./judge-stored.ts";
import { land } from "./land.ts";
import { type ParsedMessage, parseMessage } from "./message.ts";
import type { Sinks } from "./ports.ts";

export interface ReplayPorts extends Sinks {
  lake: Pick<Lake, "append" | "commitPending" | "files" | "scan" | "snapshot">;
  features: Sinks["features"] & {
    /** Takes ids out of the count of those that reached the lake but not the features. */
    forgetQuarantine(rows: readonly { tenant: string; eventId: string }[]): Promise<void>;
  };
  customTypes(tenant: string): Promise<readonly string[]>;
}

export interface ReplayOptions {
  tenant?: string;
  /** Rows of this reason only. */
  reason?: string;
  /** Rows set aside from then on. */
  sinceMs?: number;
  /** Judges and counts; nothing is written. */
  isDryRun: boolean;
  /** Where the last call stopped. */
  cursor?: ReplayCursor;
  /** A call stops after the file that brings it to so many rows. */
  rowsMax: number;
}

/** The state of quarantine that is being read, and the place in its list of files. */
export interface ReplayCursor {
  snapshotId: number;
  file: number;
}

/** In rows of quarantine; a row may be a whole message. */
export interface Replayed {
  read: number;
  accepted: number;
  /** Taken back by an earlier replay. */
  alreadyReplayed: number;
  /** Copies of rows that failed a check, by that reason: the rows are in their tables, and there is nothing to land. */
  skipped: Record<string, number>;
  /** By the reason they have today. */
  refused: Record<string, number>;
  /** Absent when all was read. */
  cursor?: ReplayCursor;
}

const COLUMNS = ["tenant", "event_id", "reason", "body", "truncated"] as const;

/**
 * Judges what is in quarantine once more, by today's code, and lands what is now accepted, as it would have been landed: bronze,
 * then D1 for ids that its ledger remembers, silver for the others. Each event counts once, whatever happens: it keeps its id,
 * which ledger and silver know if they have it; a dead letter is marked, for silver has it and D1 has not. So the record of what was taken back may come last; a crash before it costs
 * doing the same again.
 */
export async function replayQuarantine(ports: ReplayPorts, options: ReplayOptions): Promise<Replayed> {
  const replayed: Replayed = { read: 0, accepted: 0, alreadyReplayed: 0, skipped: {}, refused: {} };
  const snapshotId = options.cursor?.snapshotId ?? (await newestSnapshot(ports));
  if (snapshotId === null) return replayed;
  const taken = await takenBack(ports, options.tenant);
  const { files, where } = await filesOf(ports, snapshotId, options);
  for (let file = options.cursor?.file ?? 0; file < files.length; file++) {
    if (replayed.read >= options.rowsMax) return { ...replayed, cursor: { snapshotId, file } };
    const scan = { columns: COLUMNS, where, files: files.slice(file, file + 1), ...tenantOf(options) };
    for await (const batch of ports.lake.scan(QUARANTINE, scan)) {
      const rows = rowsOf(batch).filter(({ reason }) => reason !== REPLAYED);
      await replayRows(ports, rows, { taken, isDryRun: options.isDryRun, replayed });
    }
  }
  return replayed;
}

/** What is pending is committed first: rows set aside a moment ago are meant too. */
async function newestSnapshot({ lake, nowMs }: ReplayPorts): Promise<number | null> {
  await lake.commitPending(QUARANTINE, { nowMs, force: true });
  return (await lake.snapshot(QUARANTINE, {}))?.id ?? null;
}

async function filesOf({ lake }: ReplayPorts, snapshotId: number, options: ReplayOptions) {
  const { reason, sinceMs } = options;
  const where = [
    ...(reason === undefined ? [] : [{ column: "reason" as const, min: reason, max: reason }]),
    ...(sinceMs === undefined ? [] : [{ column: "quarantined_at" as const, min: sinceMs }]),
  ];
  return { where, files: await lake.files(QUARANTINE, { snapshotId, where, ...tenantOf(options) }) };
}

function tenantOf({ tenant }: Pick<ReplayOptions, "tenant">): { tenant?: string } {
  return tenant === undefined ? {} : { tenant };
}

/** Hashes of the bodies that earlier replays took back. */
async function takenBack(ports: ReplayPorts, tenant: string | undefined): Promise<Set<string>> {
  const taken = new Set<string>();
  const where = [{ column: "reason" as const, min: REPLAYED, max: REPLAYED }];
  const scan = { columns: COLUMNS, where, ...(tenant === undefined ? {} : { tenant }) };
  for await (const batch of ports.lake.scan(QUARANTINE, scan)) {
    for (const row of rowsOf(batch)) taken.add(await bodyName(row));
  }
  return taken;
}

type Row = Pick<QuarantinedRow, (typeof COLUMNS)[number]>;

function rowsOf({ rows, columns }: Batch<QuarantinedRow, (typeof COLUMNS)[number]>): Row[] {
  return Array.from({ length: rows }, (_, index) => {
    const eventId = columns.event_id[index] ?? null;
    return {
      tenant: columns.tenant[index] ?? "",
      reason: columns.reason[index] ?? "",
      body: columns.body[index] ?? "",
      truncated: columns.truncated[index] === true,
      ...(eventId === null ? {} : { event_id: eventId }),
    };
  });
}

/** What was set aside twice, by a redelivery perhaps, has one body and is one row here. */
async function bodyName({ tenant, body }: Row): Promise<string> {
  return (await sha256Hex(`${tenant} ${body}`)).slice(0, 32);
}

async function replayRows(
  ports: ReplayPorts,
  rows: readonly Row[],
  { taken, isDryRun, replayed }: { taken: Set<string>; isDryRun: boolean; replayed: Replayed },
): Promise<void> {
  const accepted: { row: Row; message: ParsedMessage }[] = [];
  for (const row of rows) {
    replayed.read++;
    if (row.reason === FAILED_CHECK) {
      replayed.skipped[FAILED_CHECK] = (replayed.skipped[FAILED_CHECK] ?? 0) + 1;
      continue;
    }
    const name = await bodyName(row);
    if (taken.has(name)) {
      replayed.alreadyReplayed++;
      continue;
    }
    const judged = await judge(row, ports);
    if (typeof judged === "string") {
      replayed.refused[judged] = (replayed.refused[judged] ?? 0) + 1;
      continue;
    }
    taken.add(name);
    replayed.accepted++;
    accepted.push({ row, message: judged });
  }
  if (isDryRun || accepted.length === 0) return;
  await land(
    accepted.map(({ message }) => message),
    ports,
  );
  await record(
    accepted.map(({ row }) => row),
    ports,
  );
}

/** What to land, or why not. */
async function judge(row: Row, { customTypes, nowMs }: ReplayPorts): Promise<ParsedMessage | string> {
  if (row.truncated) return "truncated";
  const { tenant, body, reason } = row;
  switch (reason) {
    case "too_late":
    case "too_early":
    case "invalid_event":
    case "undeliverable": {
      const event = judgeStored(body, { tenant, customTypes: await customTypes(tenant), nowMs });
      return event.ok ? { tenant, events: [event.value], misfits: [] } : event.error.reason;
    }
    case "not_text":
    case "not_json":
    case "schema_version":
    case "bad_envelope": {
      const message = parseMessage(body);
      return message.ok ? message.value : message.error.reason;
    }
    default:
      // Of a newer version of us.
      return reason;
  }
}

async function record(rows: readonly Row[], { lake, features, nowMs }: ReplayPorts): Promise<void> {
  await lake.append(
    QUARANTINE,
    rows.map(({ reason, ...row }) => ({ ...row, reason: REPLAYED, detail: reason, quarantined_at: nowMs })),
    { nowMs },
  );
  const known = rows.flatMap(({ tenant, event_id }) =>
    event_id === undefined ? [] : [{ tenant, eventId: event_id }],
  );
  if (known.length > 0) await features.forgetQuarantine(known);
}
