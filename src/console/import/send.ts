import {
  EVENTS_BODY_BYTES_MAX,
  EVENTS_PER_REQUEST_MAX,
  ITEMS_PER_REQUEST_MAX,
  UPSERT_BODY_BYTES_MAX,
} from "../../base/index.ts";
import type { Kind } from "../../tabular/index.ts";
import { ApiFailure, send } from "../api.ts";
import type { Piece } from "./file.ts";
import { convert, type Plan, rowEventId } from "./plan.ts";

export interface Refusal {
  row: number;
  reason: string;
  /** What stood there, as far as it could be read. */
  record?: object;
}

/** How far an import is. */
export interface Progress {
  bytes: number;
  rows: number;
  accepted: number;
  refused: number;
  /** Those of the first rows, in their order as they were found. */
  refusals: Refusal[];
  /** Why nobody can see it in lists, where the server says so. */
  notices: string[];
}

/** Kept to be shown and saved; beyond, refused rows are counted. */
const REFUSALS_MAX = 5_000;
/** Answers travel while the next request is made. */
const REQUESTS_AT_ONCE = 3;
/** The JSON around the records, generously. */
const BODY_MARGIN_BYTES = 2_000;

interface Row {
  row: number;
  body: object;
  bytes: number;
}

interface Source {
  pieces: AsyncIterable<Piece>;
  fingerprint: string;
  /** The time in the ids of its events. */
  startedMs: number;
}

/**
 * Sends a file's rows in full requests, a few at a time, and tells of the progress after each. Ends early, with what was accepted, once `signal`
 * is aborted. Throws what the server says when it takes no more; all may be sent again.
 */
export async function sendRows(
  plan: Plan,
  source: Source,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<Progress> {
  const progress: Progress = { bytes: 0, rows: 0, accepted: 0, refused: 0, refusals: [], notices: [] };
  const inFlight = new Set<Promise<void>>();
  let failure: unknown;
  const begin = async (batch: readonly Row[]) => {
    const sending = sendBatch(plan.kind, batch, { progress, signal })
      .then(() => onProgress({ ...progress }))
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => inFlight.delete(sending));
    inFlight.add(sending);
    if (inFlight.size >= REQUESTS_AT_ONCE) await Promise.race(inFlight);
  };
  const batcher = new Batcher(plan.kind);
  for await (const { rows, bytes } of source.pieces) {
    for (const { row, values, error } of rows) {
      progress.rows++;
      const eventId =
        plan.kind === "interactions" ? await rowEventId(source.fingerprint, row, source.startedMs) : "";
      const checked =
        values === undefined
          ? { reason: error ?? "cannot be read" }
          : convert(plan, values, { eventId, sentAtMs: Date.now() });
      if ("reason" in checked) refuse(progress, { row, reason: checked.reason, record: values ?? {} });
      else {
        const full = batcher.add(row, checked.value);
        if (full !== null) await begin(full);
      }
      if (signal.aborted || failure !== undefined) break;
    }
    progress.bytes = bytes;
    if (signal.aborted || failure !== undefined) break;
  }
  const rest = batcher.rest();
  if (rest.length > 0 && !signal.aborted && failure === undefined) await begin(rest);
  await Promise.all(inFlight);
  if (failure !== undefined && !signal.aborted) throw failure;
  return progress;
}

function refuse(progress: Progress, refusal: Refusal): void {
  progress.refused++;
  if (progress.refusals.length < REFUSALS_MAX) progress.refusals.push(refusal);
}

/** Gathers rows until a request is full. */
class Batcher {
  readonly #rowsMax: number;
  readonly #bytesMax: number;
  #rows: Row[] = [];
  #bytes = BODY_MARGIN_BYTES;

  constructor(kind: Kind) {
    this.#rowsMax = kind === "interactions" ? EVENTS_PER_REQUEST_MAX : ITEMS_PER_REQUEST_MAX;
    this.#bytesMax = kind === "interactions" ? EVENTS_BODY_BYTES_MAX : UPSERT_BODY_BYTES_MAX;
  }

  /** The rows before this one where they are full. */
  add(row: number, body: object): Row[] | null {
    const bytes = new TextEncoder().encode(JSON.stringify(body)).byteLength + 1;
    const isFull = this.#rows.length === this.#rowsMax || this.#bytes + bytes > this.#bytesMax;
    const full = isFull ? this.rest() : null;
    this.#rows.push({ row, body, bytes });
    this.#bytes += bytes;
    return full;
  }

  rest(): Row[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = BODY_MARGIN_BYTES;
    return rows;
  }
}

interface Verdict {
  index: number;
  error: { field: string; message: string };
}

interface Answer {
  verdicts?: Verdict[];
  rejected: number | Verdict[];
  notices?: { message: string }[];
}

async function sendBatch(
  kind: Kind,
  batch: readonly Row[],
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<void> {
  const bodies = batch.map(({ body }) => body);
  const [path, body] = kind === "interactions" ? ["/v1/events", bodies] : [`/v1/${kind}`, { [kind]: bodies }];
  const answer = await persistently(() => send<Answer>("POST", path as string, body), signal);
  const verdicts = Array.isArray(answer.rejected) ? answer.rejected : (answer.verdicts ?? []);
  for (const { index, error } of verdicts) {
    const { row = 0, body: record = {} } = batch[index] ?? {};
    refuse(progress, { row, reason: `${error.field} ${error.message}`.trim(), record });
  }
  progress.accepted += batch.length - verdicts.length;
  progress.notices = [
    ...new Set([...progress.notices, ...(answer.notices ?? []).map(({ message }) => message)]),
  ];
}

const ATTEMPTS_MAX = 6;
const BACKOFF_FIRST_MS = 500;

/**
 * Again, after a pause that doubles, where the server is busy or cannot be reached: what is sent twice counts once. Not once it is stopped: the
 * session may be another shop's by then.
 */
async function persistently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      const isPassing =
        error instanceof ApiFailure && (error.status === 0 || error.status === 429 || error.status >= 500);
      if (!isPassing || attempt === ATTEMPTS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, BACKOFF_FIRST_MS * 2 ** (attempt - 1)));
    }
  }
}
