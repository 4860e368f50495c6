import { stat } from "node:fs/promises";
import type { Event, Item, User } from "../../src/events/index.ts";
import type { Checked, Kind } from "../../src/tabular/index.ts";
import { type ApiClient, sendEvents, upsertItems, upsertUsers } from "../client/index.ts";
import { checkInteraction, checkItem, checkUser } from "./check.ts";
import type { Mapping } from "./fields.ts";
import { type Format, type ImportRecord, readRecords } from "./records.ts";
import { fingerprintOf, type ImportState, type Reject, RejectsFile, resume, saveState } from "./state.ts";

/** Records between two saved states: some requests' worth, so that a broken-off import repeats little. */
const CHUNK_RECORDS = 2_000;

export interface ImportOptions {
  kind: Kind;
  file: string;
  format: Format;
  mapping: Mapping;
  /** Type of interactions whose row names none. */
  typeDefault?: string;
  tenant: string;
  statePath: string;
  rejectsPath: string;
  nowMs: number;
  /** Bytes of the file read so far, and its length. */
  onProgress: (bytes: number, total: number) => void;
}

export interface ImportReport {
  records: number;
  sent: number;
  rejected: number;
  /** Records that an earlier run had done. */
  resumedAt: number;
  /** Nothing was left to do. */
  alreadyComplete: boolean;
}

/** Imports a file chunk by chunk. Broken off at any point, the next run goes on after the last chunk that was answered. */
export async function runImport(client: ApiClient, options: ImportOptions): Promise<ImportReport> {
  const state = await resume(options.statePath, {
    v: 1,
    kind: options.kind,
    url: client.url,
    tenant: options.tenant,
    fingerprint: await fingerprintOf(options.file),
    startedMs: options.nowMs,
    records: 0,
    sent: 0,
    rejected: 0,
    rejectsBytes: 0,
    complete: false,
  });
  const resumedAt = state.records;
  if (state.complete) return report(state, resumedAt, true);
  const rejectsFile = new RejectsFile(options.rejectsPath);
  await rejectsFile.rewind(state.rejectsBytes);
  for await (const chunk of chunks(options, state.records)) {
    const rejects = await sendChunk(client, options, state, chunk);
    state.rejectsBytes += await rejectsFile.append(rejects.sort((a, b) => a.line - b.line));
    state.records += chunk.length;
    state.rejected += rejects.length;
    state.sent += chunk.length - rejects.length;
    // The commit point: what came before is kept by the server and the rejects file.
    await saveState(options.statePath, state);
  }
  state.complete = true;
  await saveState(options.statePath, state);
  return report(state, resumedAt, false);
}

function report(state: ImportState, resumedAt: number, alreadyComplete: boolean): ImportReport {
  const { records, sent, rejected } = state;
  return { records, sent, rejected, resumedAt, alreadyComplete };
}

async function* chunks(
  { file, format, onProgress }: ImportOptions,
  skip: number,
): AsyncGenerator<ImportRecord[]> {
  const { size } = await stat(file);
  let bytes = 0;
  let seen = 0;
  let chunk: ImportRecord[] = [];
  for await (const record of readRecords(file, format, (count) => (bytes += count))) {
    if (seen++ < skip) continue;
    chunk.push(record);
    if (chunk.length < CHUNK_RECORDS) continue;
    yield chunk;
    onProgress(bytes, size);
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
  onProgress(size, size);
}

/** Sends what passes the schema; returns the rejects, ours and the server's. */
async function sendChunk(
  client: ApiClient,
  { kind, mapping, typeDefault }: ImportOptions,
  origin: ImportState,
  chunk: readonly ImportRecord[],
): Promise<Reject[]> {
  switch (kind) {
    case "interactions": {
      const { good, rejects } = sift(chunk, (values, line) =>
        checkInteraction(values, mapping, line, origin, typeDefault),
      );
      return [...rejects, ...(await sendInteractions(client, good))];
    }
    case "items": {
      const { good, rejects } = sift<Item>(chunk, (values) => checkItem(values, mapping));
      await upsertItems(
        client,
        good.map(({ value }) => value),
        () => {},
      );
      return rejects;
    }
    case "users": {
      const { good, rejects } = sift<User>(chunk, (values) => checkUser(values, mapping));
      await upsertUsers(
        client,
        good.map(({ value }) => value),
        () => {},
      );
      return rejects;
    }
  }
}

interface Row<T> {
  line: number;
  value: T;
}

function sift<T>(
  chunk: readonly ImportRecord[],
  check: (values: Record<string, unknown>, line: number) => Checked<T>,
): { good: Row<T>[]; rejects: Reject[] } {
  const good: Row<T>[] = [];
  const rejects: Reject[] = [];
  for (const { line, values, error } of chunk) {
    if (values === undefined) {
      rejects.push({ line, reason: error ?? "cannot be read" });
      continue;
    }
    const checked = check(values, line);
    if ("value" in checked) good.push({ line, value: checked.value });
    else rejects.push({ line, reason: checked.reason, record: values });
  }
  return { good, rejects };
}

async function sendInteractions(client: ApiClient, rows: readonly Row<Event>[]): Promise<Reject[]> {
  const byId = new Map(rows.map((row) => [row.value.event_id, row]));
  const rejects: Reject[] = [];
  await sendEvents(
    client,
    rows.map(({ value }) => value),
    (_, { rejected }) => {
      for (const { eventId, field, message } of rejected) {
        const row = byId.get(eventId);
        rejects.push({ line: row?.line ?? 0, reason: `${field} ${message}`.trim(), record: row?.value });
      }
    },
  );
  return rejects;
}
