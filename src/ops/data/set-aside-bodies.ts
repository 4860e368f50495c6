import { type Lake, type LiveFile, QUARANTINE } from "../../lake/index.ts";
import type { SetAsideRow } from "./admin.ts";

/** An event with what the server adds to it fits whole; of a message that nobody can read its beginning will do. */
const BODY_CHARS_MAX = 10_000;

const COLUMNS = ["body", "truncated", "detail"] as const;

type Body = Pick<SetAsideRow, "body" | "isCut" | "detail">;

interface Place {
  /** Among the files that are read. */
  file: number;
  /** Among the tenant's rows of that file. */
  row: number;
}

/** What is kept of some rows. Read apart from all else of them: bodies are nine tenths of the table. */
export async function readBodies(
  lake: Pick<Lake, "scan">,
  { tenant, files }: { tenant: string; files: readonly LiveFile[] },
  places: readonly Place[],
): Promise<{ of(place: Place): Body }> {
  const bodies = new Map<string, Body>();
  for (const [file, wanted] of Map.groupBy(places, (place) => place.file)) {
    const rows = new Set(wanted.map(({ row }) => row));
    const last = Math.max(...rows);
    const read = { tenant, columns: COLUMNS, files: files.slice(file, file + 1) };
    let row = 0;
    for await (const { rows: count, columns } of lake.scan(QUARANTINE, read)) {
      for (let at = 0; at < count; at++, row++) {
        if (!rows.has(row)) continue;
        const whole = columns.body[at] ?? "";
        const isCut = columns.truncated[at] === true || whole.length > BODY_CHARS_MAX;
        const body = whole.slice(0, BODY_CHARS_MAX);
        bodies.set(keyOf({ file, row }), { body, isCut, detail: columns.detail[at] ?? null });
      }
      if (row > last) break;
    }
  }
  // Files never change: what was found in one before is there again.
  return { of: (place) => bodies.get(keyOf(place)) ?? { body: "", isCut: true, detail: null } };
}

function keyOf({ file, row }: Place): string {
  return `${file}.${row}`;
}
