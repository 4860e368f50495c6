import { listAll, type ObjectStore } from "../base/index.ts";
import type { AnyTable, Lake, Snapshot } from "../lake/index.ts";
import type { AnyTableChecks, FreshCheck } from "./check.ts";
import type { CheckOutcome, Status } from "./outcome.ts";
import { skewText } from "./skew.ts";

/** Where a job's output says how far it has read an input: in its snapshot's summary, `lakeshore.input.<table>`. */
const INPUT_KEY = "lakeshore.input.";

interface FreshPorts {
  lake: Pick<Lake, "load">;
  store: ObjectStore;
}

/** How a table's freshness checks come out: by how long something has been waiting for it. */
export async function judgeFreshness(
  ports: FreshPorts,
  { table, checks }: AnyTableChecks,
  nowMs: number,
): Promise<CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  for (const check of checks) {
    if (check.kind !== "fresh") continue;
    const waiting = await waitingSince(ports, table, check.input);
    if (waiting === "nothing yet") continue;
    const ageMs = waiting === null ? 0 : nowMs - waiting;
    const from = check.input === undefined ? "written files" : `commits to ${check.input.name}`;
    const reason =
      waiting === null ? `no ${from} are waiting` : `${from} have been waiting for ${skewText(ageMs)}`;
    const { name, kind } = check;
    outcomes.push({
      table: table.name,
      check: name,
      kind,
      tenant: null,
      status: statusOf(check, ageMs),
      reason,
    });
  }
  return outcomes;
}

function statusOf({ warnAfterMs, errorAfterMs }: FreshCheck, ageMs: number): Status {
  if (ageMs > errorAfterMs) return "error";
  return ageMs > warnAfterMs ? "warn" : "pass";
}

/** Since when something has been waiting to reach the table; null when all has. */
function waitingSince(
  { lake, store }: FreshPorts,
  table: AnyTable,
  input: AnyTable | undefined,
): Promise<number | null | "nothing yet"> {
  return input === undefined ? oldestPending(store, table) : oldestUnread(lake, table, input);
}

/** Entries stand under the minute in which they were written, and come in that order. */
async function oldestPending(store: ObjectStore, table: AnyTable): Promise<number | null> {
  const prefix = `lake/pending/${table.name}/`;
  for await (const { key } of listAll(store, prefix)) {
    const minute = /^(\d{4}-\d{2}-\d{2}T\d{2})-(\d{2})\//.exec(key.slice(prefix.length));
    if (minute !== null) return Date.parse(`${minute[1]}:${minute[2]}:00Z`);
  }
  return null;
}

/** When the oldest of the input's snapshots that the table's last job has not read was committed. */
async function oldestUnread(
  lake: Pick<Lake, "load">,
  table: AnyTable,
  input: AnyTable,
): Promise<number | null | "nothing yet"> {
  const source = await lake.load(input);
  if (source === null || source.current === null) return "nothing yet";
  const output = await lake.load(table);
  const unread = unreadSnapshots(source.snapshots, readUpTo(output?.snapshots ?? [], input));
  return unread[0]?.atMs ?? null;
}

/** The newest word on an input; a compaction commits without one. Null when nothing was read. */
export function readUpTo(snapshots: readonly Snapshot[], input: AnyTable): number | null {
  const key = `${INPUT_KEY}${input.name}`;
  const word = snapshots.findLast(({ summary }) => summary[key] !== undefined)?.summary[key];
  return word === undefined ? null : Number(word);
}

/** Snapshots that brought rows after the one named; all that are kept, when that one has expired. Compaction brings none. */
function unreadSnapshots(snapshots: readonly Snapshot[], after: number | null): Snapshot[] {
  const index = snapshots.findIndex(({ id }) => id === after);
  return snapshots
    .slice(index + 1)
    .filter(({ operation }) => operation === "append" || operation === "overwrite");
}
