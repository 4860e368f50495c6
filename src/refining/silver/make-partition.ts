import {
  type Batch,
  type DataFile,
  INTERACTIONS,
  type Interaction,
  type Lake,
  type LiveFile,
} from "../../lake/index.ts";
import type { Scratch } from "../sort/index.ts";
import type { InteractionName } from "./columns.ts";
import type { FreshRows } from "./fresh-partitions.ts";
import { judgePartition } from "./judge-partition.ts";
import type { Handover } from "./late-events.ts";
import type { Lookups } from "./lookups.ts";
import { rewritePartition } from "./rewrite-partition.ts";
import { FilesOverlapError, sortedBatches } from "./sorted-batches.ts";
import type { TenantSet } from "./tenant-set.ts";

export interface PartitionInput {
  bucket: number;
  day: number;
  /** What the partition is made of now, in the order of its rows. */
  files: readonly LiveFile[];
  /** What comes to it: one copy of each event, sorted. */
  fresh: FreshRows;
  /** Of fresh rows, here or in other partitions. */
  actors: TenantSet;
  lookups: Lookups;
  nowMs: number;
  scratch: Scratch;
  late(handover: Handover): Promise<void>;
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
  input: PartitionInput,
): Promise<MadePartition> {
  const { files, scratch } = input;
  try {
    return await twoPasses(lake, input, (columns) => lake.scan(INTERACTIONS, { columns, files }));
  } catch (cause) {
    if (!(cause instanceof FilesOverlapError)) throw cause;
    // What was written is in no table, and late events that are kept twice count once.
    return twoPasses(lake, input, (names) => sortedBatches(lake, files, { names, scratch }));
  }
}

async function twoPasses(
  lake: Pick<Lake, "writer">,
  { bucket, day, files, fresh, actors, lookups, nowMs, late }: PartitionInput,
  stored: <Name extends InteractionName>(names: readonly Name[]) => AsyncIterable<Batch<Interaction, Name>>,
): Promise<MadePartition> {
  const judged = await judgePartition({ stored, fresh }, actors);
  const writer = lake.writer(INTERACTIONS, { partition: [bucket, day], nowMs });
  const written = await rewritePartition({ stored, fresh }, { judged, lookups, writer, late });
  return { added: await writer.close(), removed: files.map(({ path }) => path), rows: written };
}
