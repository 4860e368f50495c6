import { get, send } from "../api.ts";

export interface Reason {
  reason: string;
  /** For a failed check, which. */
  check: string | null;
  rows: number;
  taken_back: number;
  newest_at: number;
}

export interface Example {
  event_id: string | null;
  reason: string;
  check: string | null;
  detail: string | null;
  at: number;
  body: string;
  cut: boolean;
}

export interface SetAside {
  reasons: Reason[];
  examples: Example[];
  /** False: older rows are not counted. */
  complete: boolean;
  cursor?: string;
}

/** Why rows were set aside, for who runs a shop. */
export const WORDS: Record<string, string> = {
  too_late: "came more than a week after it happened",
  too_early: "says that it is more than a day ahead of our clock",
  invalid_event: "is not as events have to be, or of a type that is not declared",
  undeliverable: "is in the lake, but could not be counted in time",
  failed_check: "failed a check of the data; the row itself stays and counts, this is a copy to look at",
  not_text: "is a message that cannot be read",
  not_json: "is a message that cannot be read",
  schema_version: "is a message of another version",
  bad_envelope: "is a message that does not say whose it is",
  truncated: "was too long to be kept whole",
};

export function wordsOf(reason: string): string {
  return WORDS[reason] ?? reason;
}

/** Rows of one page, so that a first look is quick. */
const PAGE_ROWS = 50;

export function examplesPath(reason: string | null): string {
  const search = new URLSearchParams({ limit: String(PAGE_ROWS), ...(reason === null ? {} : { reason }) });
  return `/v1/admin/quarantine?${search}`;
}

export function nextPage(reason: string | null, cursor: string): Promise<SetAside> {
  return get(`${examplesPath(reason)}&${new URLSearchParams({ cursor })}`);
}

/** What judging rows again came to; `accepted` were landed, or would be. */
export interface Replayed {
  read: number;
  accepted: number;
  already_replayed: number;
  skipped: Record<string, number>;
  refused: Record<string, number>;
}

export const NOTHING: Replayed = { read: 0, accepted: 0, already_replayed: 0, skipped: {}, refused: {} };

interface ReplayOptions {
  reason: string | null;
  isDryRun: boolean;
  /** Told of the sums so far; false ends it. */
  onStep(sums: Replayed): boolean;
}

/** Judges what was set aside again, step by step, to the end. Each step stands by itself: what is cut short may be begun again. */
export async function replayAll({ reason, isDryRun, onStep }: ReplayOptions): Promise<Replayed> {
  let sums = NOTHING;
  let cursor: string | undefined;
  do {
    const body = {
      dry_run: isDryRun,
      ...(reason === null ? {} : { reason }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    const step = await send<Replayed & { cursor?: string }>("POST", "/v1/admin/quarantine/replay", body);
    sums = plus(sums, step);
    cursor = step.cursor;
    if (!onStep(sums)) break;
  } while (cursor !== undefined);
  return sums;
}

export function plus(a: Replayed, b: Replayed): Replayed {
  return {
    read: a.read + b.read,
    accepted: a.accepted + b.accepted,
    already_replayed: a.already_replayed + b.already_replayed,
    skipped: added(a.skipped, b.skipped),
    refused: added(a.refused, b.refused),
  };
}

function added(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const sums = { ...a };
  for (const [reason, rows] of Object.entries(b)) sums[reason] = (sums[reason] ?? 0) + rows;
  return sums;
}
