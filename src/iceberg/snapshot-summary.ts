import type { DataFile, SnapshotChange } from "./types.ts";

/** What a snapshot did and what the table then holds, under the names of the specification (appendix F, "Metrics"). */
export function snapshotSummary(
  change: SnapshotChange,
  removed: readonly DataFile[],
  previous: Readonly<Record<string, string>>,
): Record<string, string> {
  const { added } = change;
  const touched = new Set([...added, ...removed].map(({ partition }) => JSON.stringify(partition)));
  const total = (name: string, plus: number, minus: number) =>
    String(Number(previous[name] ?? "0") + plus - minus);
  return {
    ...change.summary,
    ...counted("added-data-files", added.length),
    ...counted("added-records", sum(added, "rows")),
    ...counted("added-files-size", sum(added, "bytes")),
    ...counted("deleted-data-files", removed.length),
    ...counted("deleted-records", sum(removed, "rows")),
    ...counted("removed-files-size", sum(removed, "bytes")),
    "changed-partition-count": String(touched.size),
    "total-data-files": total("total-data-files", added.length, removed.length),
    "total-records": total("total-records", sum(added, "rows"), sum(removed, "rows")),
    "total-files-size": total("total-files-size", sum(added, "bytes"), sum(removed, "bytes")),
    "total-delete-files": "0",
    "total-position-deletes": "0",
    "total-equality-deletes": "0",
  };
}

/** Counts of zero are left out, as the reference implementation does. */
function counted(name: string, count: number): Record<string, string> {
  return count === 0 ? {} : { [name]: String(count) };
}

function sum(files: readonly DataFile[], of: "rows" | "bytes"): number {
  return files.reduce((total, file) => total + file[of], 0);
}
