import type { DataFile } from "../../lake/index.ts";
import { type Blocks, type Compare, Cursor } from "../sort/index.ts";

/** Files of a partition whose rows overlap, apart from all others of it: they are rewritten together or not at all. */
export interface Cluster<Key, Row extends Key> {
  paths: readonly string[];
  lowest: Key | null;
  read(): Blocks<Row>;
}

/** Makes the new rows of one group from its rows so far and from what changed, which come in one order. */
export interface Fold<Row, Change> {
  begin(): void;
  existing(row: Row): void;
  change(change: Change): void;
  end(): void;
}

/** Takes the rows of the new files, in order. */
export interface RowSink<Row> {
  push(row: Row): void;
  /** Whether `flush` is due. */
  full: boolean;
  flush(): Promise<void>;
  /** Between two groups: a file that is large enough ends here. */
  mayCut(): Promise<void>;
  /** Rows to come do not follow those before: they go to another file. */
  cut(): Promise<void>;
  files: readonly DataFile[];
}

export interface Rewriting<Key, Row extends Key, Change extends Key> {
  /** In order, apart from each other. */
  clusters: readonly Cluster<Key, Row>[];
  /** In order. */
  changes: Blocks<Change>;
  /** 0 for rows that are folded together. */
  compareGroups: Compare<Key>;
  /** Within a group too; of equal rows the existing one comes first. */
  compareRows: Compare<Key>;
  fold: Fold<Row, Change>;
  sink: RowSink<Row>;
}

/**
 * A partition's sorted rows with changes folded in, copy on write: every group belongs to the cluster that it stands in or after,
 * and a cluster without changes is left as it is. Returns the paths that the sink's files replace.
 */
export async function rewrite<Key, Row extends Key, Change extends Key>(
  rewriting: Rewriting<Key, Row, Change>,
): Promise<string[]> {
  const { clusters, compareGroups, sink } = rewriting;
  const changes = await Cursor.open(rewriting.changes);
  const removed: string[] = [];
  for (const [index, cluster] of clusters.entries()) {
    const limit = clusters[index + 1]?.lowest ?? null;
    if (changes.row === undefined) break;
    if (limit !== null && compareGroups(changes.row, limit) >= 0) {
      await sink.cut();
      continue;
    }
    removed.push(...cluster.paths);
    await foldCluster(rewriting, await Cursor.open(cluster.read()), { changes, limit });
  }
  if (clusters.length === 0)
    await foldCluster(rewriting, await Cursor.open(none()), { changes, limit: null });
  await sink.cut();
  return removed;
}

async function* none(): AsyncGenerator<never[]> {}

/** All of the cluster's rows, and the changes before `limit` (null: all that are left). */
async function foldCluster<Key, Row extends Key, Change extends Key>(
  { compareGroups, compareRows, fold, sink }: Rewriting<Key, Row, Change>,
  existing: Cursor<Row>,
  { changes, limit }: { changes: Cursor<Change>; limit: Key | null },
): Promise<void> {
  const isIn = (row: Key | undefined, group: Key): boolean =>
    row !== undefined && compareGroups(row, group) === 0;
  for (;;) {
    const change = changes.row;
    const isDue = change !== undefined && (limit === null || compareGroups(change, limit) < 0);
    if (existing.row === undefined && !isDue) return;
    if (existing.row !== undefined && (!isDue || compareGroups(existing.row, change) < 0)) {
      sink.push(existing.row);
      const loading = existing.next();
      if (loading !== undefined) await loading;
    } else if (change !== undefined) {
      await sink.mayCut();
      fold.begin();
      while (isIn(existing.row, change) || isIn(changes.row, change)) {
        const takesExisting =
          isIn(existing.row, change) &&
          (!isIn(changes.row, change) || compareRows(existing.row as Row, changes.row as Change) <= 0);
        if (takesExisting) fold.existing(existing.row as Row);
        else fold.change(changes.row as Change);
        const loading = takesExisting ? existing.next() : changes.next();
        if (loading !== undefined) await loading;
        if (sink.full) await sink.flush();
      }
      fold.end();
    }
    if (sink.full) await sink.flush();
  }
}
