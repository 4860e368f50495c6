import type { StoredEvent } from "../../events/index.ts";
import { type DataFile, INTERACTIONS, type Lake, type LiveFile } from "../../lake/index.ts";
import type { FreshRows } from "./fresh-partitions.ts";
import { judgePartition } from "./judge-partition.ts";
import type { Lookups } from "./lookups.ts";
import { rewritePartition } from "./rewrite-partition.ts";

export interface PartitionInput {
  bucket: number;
  day: number;
  /** What the partition is made of now, in the order of its rows. */
  files: readonly LiveFile[];
  /** What comes to it: one copy of each event, sorted. */
  fresh: FreshRows;
  /** Of fresh rows, here or in other partitions; by `actorKey`. */
  actors: ReadonlySet<string>;
  lookups: Lookups;
  nowMs: number;
  late(event: StoredEvent): Promise<void>;
}

export interface MadePartition {
  added: DataFile[];
  removed: string[];
  rows: number;
}

/**
 * Makes a partition from what it holds and what comes to it: a function of its own rows, of links and of items, so it does not
 * matter in how many steps the rows came. Two passes, because a session's end decides about its beginning.
 */
export async function makePartition(
  lake: Pick<Lake, "scan" | "writer">,
  { bucket, day, files, fresh, actors, lookups, nowMs, late }: PartitionInput,
): Promise<MadePartition> {
  const rows = {
    stored: <Name extends string>(columns: readonly Name[]) =>
      lake.scan(INTERACTIONS, { columns: columns as never, files }) as never,
    fresh,
  };
  const judged = await judgePartition(rows, actors);
  const writer = lake.writer(INTERACTIONS, { partition: [bucket, day], nowMs });
  const written = await rewritePartition(rows, { judged, lookups, writer, late });
  return { added: await writer.close(), removed: files.map(({ path }) => path), rows: written };
}
