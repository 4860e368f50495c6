import { type Lake, type LiveFile, QUARANTINE, REPLAYED } from "../../lake/index.ts";
import type { SetAsideReason, SetAsideRow } from "./admin.ts";

/** A row with its place: which of the files, and which of the tenant's rows in it. */
export interface Entry extends Pick<SetAsideRow, "eventId" | "reason" | "check" | "atMs"> {
  file: number;
  row: number;
}

interface Tallied {
  reasons: SetAsideReason[];
  /** Still set aside, newest first. */
  newest: Entry[];
}

interface Asked {
  tenant: string;
  files: readonly LiveFile[];
  newestMax: number;
  /** `newest` of this reason only. */
  reason?: string;
}

const COLUMNS = ["event_id", "reason", "check", "quarantined_at"] as const;

/**
 * Counts a tenant's rows by reason, without their bodies. What a replay took back is known by its event's id; a row without one
 * is never held for taken back, as only a replay looks at the very text.
 */
export async function tallySetAside(lake: Pick<Lake, "files" | "scan">, asked: Asked): Promise<Tallied> {
  const taken = await takenBack(lake, asked);
  const reasons = new Map<string, SetAsideReason>();
  const newest = new Newest(asked.newestMax);
  for await (const entry of entriesOf(lake, asked)) {
    const isTaken = entry.eventId !== null && taken.has(entry.eventId);
    count(reasons, entry, isTaken);
    if (!isTaken && (asked.reason ?? entry.reason) === entry.reason) newest.add(entry);
  }
  const byRows = [...reasons.values()].sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1));
  return { reasons: byRows, newest: newest.list() };
}

/** Ids of the events that the marks of replays name. */
async function takenBack(
  lake: Pick<Lake, "scan">,
  { tenant, files }: Pick<Asked, "tenant" | "files">,
): Promise<Set<string>> {
  const taken = new Set<string>();
  const where = [{ column: "reason" as const, min: REPLAYED, max: REPLAYED }];
  for await (const { columns } of lake.scan(QUARANTINE, { tenant, files, where, columns: ["event_id"] })) {
    for (const id of columns.event_id) if (id !== null) taken.add(id);
  }
  return taken;
}

async function* entriesOf(lake: Pick<Lake, "scan">, { tenant, files }: Asked): AsyncGenerator<Entry> {
  for (const [file, one] of files.entries()) {
    let row = 0;
    for await (const { rows, columns } of lake.scan(QUARANTINE, { tenant, columns: COLUMNS, files: [one] })) {
      for (let at = 0; at < rows; at++, row++) {
        const reason = columns.reason[at] ?? "";
        if (reason === REPLAYED) continue;
        const [eventId, check] = [columns.event_id[at] ?? null, columns.check[at] ?? null];
        yield { file, row, eventId, reason, check, atMs: columns.quarantined_at[at] ?? 0 };
      }
    }
  }
}

function count(reasons: Map<string, SetAsideReason>, entry: Entry, isTaken: boolean): void {
  const { reason, check, atMs } = entry;
  const key = `${reason} ${check}`;
  const sum = reasons.get(key) ?? { reason, check, rows: 0, takenBack: 0, newestAtMs: atMs };
  if (isTaken) sum.takenBack++;
  else sum.rows++;
  sum.newestAtMs = Math.max(sum.newestAtMs, atMs);
  reasons.set(key, sum);
}

/** The newest of many, of which it holds no more than twice as many as are wanted. */
class Newest {
  readonly #max: number;
  #entries: Entry[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * this.#max) this.#entries = this.list();
  }

  list(): Entry[] {
    return this.#entries
      .toSorted((a, b) => b.atMs - a.atMs || a.file - b.file || a.row - b.row)
      .slice(0, this.#max);
  }
}
