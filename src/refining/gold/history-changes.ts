import { type HistoryEntry, INTERACTIONS, type Lake, USER_HISTORIES } from "../../lake/index.ts";
import { rowsOf } from "../rewrite/index.ts";
import type { ExternalSort } from "../sort/index.ts";
import { type ChangedPartition, differences } from "./difference.ts";
import {
  CHANGE,
  entryOf,
  forgetSubject,
  HISTORY_COLUMNS,
  type HistoryChange,
  type HistoryEvent,
  sameForHistory,
} from "./history-change.ts";
import type { LinkChange, Links } from "./links.ts";

/** Subjects by tenant. */
export class SubjectSet {
  readonly #tenants = new Map<string, Set<string>>();

  add({ tenant, subject }: { tenant: string; subject: string }): void {
    const subjects = this.#tenants.get(tenant);
    if (subjects === undefined) this.#tenants.set(tenant, new Set([subject]));
    else subjects.add(subject);
  }

  has({ tenant, subject }: { tenant: string; subject: string }): boolean {
    return this.#tenants.get(tenant)?.has(subject) ?? false;
  }

  get tenants(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#tenants;
  }
}

export interface Gathering {
  lake: Lake;
  links: Links;
  /** Subjects that are told anew: nothing else is told of them. */
  anew: SubjectSet;
  sort: ExternalSort<HistoryChange>;
}

/** What differs in silver, as changes of histories; returns how many events differ. */
export async function gatherDifferences(
  { lake, links, anew, sort }: Gathering,
  partition: ChangedPartition,
): Promise<number> {
  let events = 0;
  const options = { columns: HISTORY_COLUMNS, same: sameForHistory };
  for await (const block of differences(lake, partition, options)) {
    events += block.length;
    const changes: HistoryChange[] = [];
    const tell = (entry: HistoryEntry | null, change: HistoryChange["change"]) => {
      if (entry !== null && !anew.has(entry)) changes.push({ ...entry, change });
    };
    for (const { before, after } of block) {
      if (before !== null) {
        const old = entryOf(before, links.before);
        tell(old, CHANGE.remove);
        // Its device may have found its user in the same step: the row is moved there, and removed there.
        const moved = entryOf(before, links.now);
        if (moved?.subject !== old?.subject) tell(moved, CHANGE.remove);
      }
      if (after !== null) tell(entryOf(after, links.now), CHANGE.add);
    }
    await sort.add(changes);
  }
  return events;
}

/** Rows that the table has of devices whose user became known: to the user's. */
export async function gatherMoves(
  { lake, anew, sort }: Gathering,
  {
    base,
    moves,
    historyMax,
    onShort,
  }: {
    base: number | null;
    moves: readonly LinkChange[];
    historyMax: number;
    onShort(subject: SubjectName): void;
  },
): Promise<void> {
  if (base === null) return;
  for (const [tenant, changes] of Map.groupBy(moves, (move) => move.tenant)) {
    const users = new Map(changes.map(({ anonymousId, now }) => [`a:${anonymousId}`, `u:${now}`]));
    await sort.add([...users.keys()].map((subject) => forgetSubject({ tenant, subject })));
    const counts = new Map<string, number>();
    const columns = USER_HISTORIES.columns.map(({ name }) => name);
    const devices = { column: "subject", min: "a:", max: "a;" } as const;
    const batches = lake.scan(USER_HISTORIES, { columns, tenant, where: [devices], snapshotId: base });
    for await (const rows of rowsOf(batches)) {
      const changes: HistoryChange[] = [];
      for (const row of rows as HistoryEntry[]) {
        const subject = users.get(row.subject);
        if (subject === undefined || anew.has({ tenant, subject })) continue;
        changes.push({ ...row, subject, change: CHANGE.move });
        const count = (counts.get(row.subject) ?? 0) + 1;
        counts.set(row.subject, count);
        // A full history may have left out older rows, which the user's would need.
        if (count === historyMax) onShort({ tenant, subject });
      }
      await sort.add(changes);
    }
  }
}

type SubjectName = { tenant: string; subject: string };

/** All events of the subjects that are told anew, from all of silver. Rare: it reads every row of their tenants. */
export async function gatherAnew(
  { lake, links, anew, sort }: Gathering,
  snapshotId: number | null,
): Promise<void> {
  for (const [tenant, subjects] of anew.tenants) {
    await sort.add([...subjects].map((subject) => forgetSubject({ tenant, subject })));
    if (snapshotId === null) continue;
    const columns = [...HISTORY_COLUMNS, "tenant", "event_id"] as const;
    for await (const events of rowsOf(lake.scan(INTERACTIONS, { columns, tenant, snapshotId }))) {
      const entries = events.map((event) => entryOf(event as HistoryEvent, links.now));
      const found = entries.filter((entry): entry is HistoryEntry => entry !== null && anew.has(entry));
      await sort.add(found.map((entry) => ({ ...entry, change: CHANGE.add })));
    }
  }
}
