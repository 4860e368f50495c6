import { type Lake, LakeError, type LiveFile, QUARANTINE } from "../../lake/index.ts";
import type { SetAside, SetAsideQuestion } from "./admin.ts";
import { readBodies } from "./set-aside-bodies.ts";
import { tallySetAside } from "./set-aside-tally.ts";

/** Rows that one look goes through, bodies apart: a second of CPU, a row group at a time. */
const ROWS_MAX = 500_000;
/** Examples that can be paged through: who wants more of them reads the lake. */
const EXAMPLES_MAX = 1_000;

type Ports = Pick<Lake, "files" | "scan" | "snapshot">;

interface Question extends SetAsideQuestion {
  tenant: string;
  rowsMax?: number;
}

/**
 * What of a tenant stands in quarantine, by reason and by example. What was set aside shows once it is committed: within a
 * minute. Null when the cursor is none of ours, or names a state that has expired.
 */
export async function readSetAside(
  lake: Ports,
  { tenant, limit, reason, cursor: text, rowsMax = ROWS_MAX }: Question,
): Promise<SetAside | null> {
  const cursor = text === undefined ? START : parseCursor(text);
  if (cursor === null) return null;
  const snapshotId = await stateOf(lake, cursor.snapshotId);
  if (snapshotId === undefined) return null;
  if (snapshotId === null) return { reasons: [], examples: [], isComplete: true };
  const all = await lake.files(QUARANTINE, { tenant, snapshotId });
  const files = newestDays(all, rowsMax);
  const end = Math.min(cursor.offset + limit, EXAMPLES_MAX);
  const asked = reason === undefined ? {} : { reason };
  const { reasons, newest } = await tallySetAside(lake, { tenant, files, newestMax: end + 1, ...asked });
  const page = newest.slice(cursor.offset, end);
  const bodies = await readBodies(lake, { tenant, files }, page);
  const examples = page.map(({ file, row, ...entry }) => ({ ...entry, ...bodies.of({ file, row }) }));
  const hasMore = newest.length > end && end < EXAMPLES_MAX;
  return {
    ...{ reasons, examples, isComplete: files.length === all.length },
    ...(hasMore ? { cursor: `${snapshotId}.${end}` } : {}),
  };
}

/** A page is a stretch of one state's rows, so that none is told twice or left out while others come. */
interface Cursor {
  /** Absent: the newest. */
  snapshotId?: number;
  offset: number;
}

const START: Cursor = { offset: 0 };

function parseCursor(text: string): Cursor | null {
  const [snapshotId, offset] = /^(\d{1,16})\.(\d{1,9})$/.exec(text)?.slice(1).map(Number) ?? [];
  return snapshotId === undefined || offset === undefined ? null : { snapshotId, offset };
}

/** Null where nothing was ever set aside; undefined for a state that is gone. */
async function stateOf(lake: Ports, snapshotId: number | undefined): Promise<number | null | undefined> {
  if (snapshotId === undefined) return (await lake.snapshot(QUARANTINE, {}))?.id ?? null;
  try {
    return (await lake.snapshot(QUARANTINE, { snapshotId }))?.id;
  } catch (cause) {
    if (cause instanceof LakeError) return undefined;
    throw cause;
  }
}

/** Newest day first, until they hold so many rows; one file at least. */
function newestDays(files: readonly LiveFile[], rowsMax: number): LiveFile[] {
  let rows = 0;
  return files.toReversed().filter((file, at) => {
    const isWithin = at === 0 || rows < rowsMax;
    rows += file.rows;
    return isWithin;
  });
}
