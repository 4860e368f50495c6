import { DAY_MS } from "../../base/index.ts";
import {
  type DataFile,
  EVENTS,
  IDENTITY_LINKS,
  INTERACTIONS,
  type Increment,
  ITEM_CHANGES,
  incrementOrAll,
  type Lake,
} from "../../lake/index.ts";
import { inputKey, type Job, type RefineOptions, RUN_KEY } from "../job.ts";
import { BLOCK_ROWS, openScratch, type Scratch, Spool } from "../sort/index.ts";
import { type Base, readBase } from "../watermark.ts";
import { type FreshRows, freshOf, noneFresh, type PartitionId } from "./fresh-partitions.ts";
import { finishRuns, type Handover, type LateRow, lateScratch } from "./late-events.ts";
import { changedItems, firstLinks, knownItems, type Lookups, linkedDevices } from "./lookups.ts";
import { type MadePartition, makePartition } from "./make-partition.ts";
import { type Fresh, readFresh } from "./read-fresh.ts";
import {
  bucketsOf,
  needsSettling,
  partitionKey,
  SETTLE_DAYS,
  storedPartitions,
} from "./stored-partitions.ts";
import { TenantSet } from "./tenant-set.ts";

/**
 * bronze.events → silver.interactions: exactly one row per event. One unit takes an increment of events, links and items; rewrites
 * the partitions in which events arrived, and those of the last days whose rows a link or an item completes; and commits them with
 * the three watermarks. That commit is the unit's one commit point; `late-events.ts` tells what follows on it.
 */
export const INTERACTIONS_JOB: Job = {
  name: INTERACTIONS.name,
  async run(ports, options) {
    const base = await readBase(ports.lake, INTERACTIONS);
    const inputs = await readInputs(ports.lake, base, options.rowsMax);
    if (inputs === null) {
      await finishRuns(ports, options.nowMs);
      return null;
    }
    const scratch = openScratch(ports.store, `${options.run}/sort`);
    const late = new Spool<LateRow>(lateScratch(ports.store, options.run), BLOCK_ROWS);
    try {
      const made = await makeUnit(ports.lake, { ...options, base, inputs, scratch, late });
      const marks = marksAfter(base, inputs);
      const snapshot = await ports.lake.commit(
        INTERACTIONS,
        {
          operation: made.removed.length > 0 ? "overwrite" : "append",
          added: made.added,
          removed: made.removed,
          base: base.snapshotId,
          summary: { [RUN_KEY]: options.run, ...marksSummary(marks) },
        },
        options,
      );
      await finishRuns(ports, options.nowMs);
      return {
        snapshotId: snapshot.id,
        inputs: marks,
        rowsIn: made.read,
        rowsOut: made.rows,
        more: Object.values(inputs).some((increment) => increment !== null && !increment.complete),
      };
    } finally {
      // What the store does not let go now is swept when the run is old.
      await scratch.clear().catch(() => undefined);
    }
  },
};

interface Inputs {
  events: Increment | null;
  links: Increment | null;
  items: Increment | null;
}

const TABLES = { events: EVENTS, links: IDENTITY_LINKS, items: ITEM_CHANGES } as const;

async function readInputs(lake: Lake, base: Base, rowsMax: number): Promise<Inputs | null> {
  // Begun anew where the mark is gone: rows that silver has already are dropped by the merge.
  const next = async (input: keyof Inputs) => {
    const table = TABLES[input];
    return (await incrementOrAll(lake, table, { after: base.mark(table), rowsMax })).increment;
  };
  const inputs = { events: await next("events"), links: await next("links"), items: await next("items") };
  return Object.values(inputs).every((increment) => increment === null) ? null : inputs;
}

function marksAfter(base: Base, inputs: Inputs): Record<string, number> {
  const marks: Record<string, number> = {};
  for (const [input, table] of Object.entries(TABLES)) {
    const mark = inputs[input as keyof Inputs]?.until ?? base.mark(table);
    if (mark !== null) marks[table.name] = mark;
  }
  return marks;
}

function marksSummary(marks: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(marks).map(([table, mark]) => [inputKey(table), String(mark)]));
}

interface Unit extends RefineOptions {
  base: Base;
  inputs: Inputs;
  scratch: Scratch;
  late: Spool<LateRow>;
}

interface MadeUnit extends MadePartition {
  read: number;
}

async function makeUnit(lake: Lake, { base, inputs, scratch, late, nowMs }: Unit): Promise<MadeUnit> {
  const news = await readNews(lake, inputs);
  const { fresh, lookups } = await readLookedUp(lake, inputs, { news, scratch });
  const settleFrom = Math.floor(nowMs / DAY_MS) - SETTLE_DAYS;
  const fromDay = fresh.partitions.reduce((first, { day }) => Math.min(first, day), settleFrom);
  const stored = await storedPartitions(lake, { snapshotId: base.snapshotId, fromDay });
  const made: MadeUnit = { added: [], removed: [], rows: 0, read: fresh.read };
  const make = async (partition: PartitionId, rows: FreshRows) => {
    const files = stored.get(partitionKey(partition))?.files ?? [];
    stored.delete(partitionKey(partition));
    const handLate = ({ untilMs, event }: Handover) => late.add([[untilMs, event]]);
    const { actors } = fresh;
    const { bucket, day } = partition;
    const input = { bucket, day, files, fresh: rows, actors, lookups, nowMs, scratch, late: handLate };
    addPartition(made, await makePartition(lake, input));
  };
  for (const partition of fresh.partitions) await make(partition, () => freshOf(fresh.rows, partition));
  const concerned = bucketsOf(news);
  for (const partition of [...stored.values()]) {
    if (partition.day < settleFrom || !concerned.has(partition.bucket)) continue;
    if (await needsSettling(lake, partition, news)) await make(partition, noneFresh);
  }
  await late.flush();
  return made;
}

function addPartition(made: MadePartition, { added, removed, rows }: MadePartition): void {
  made.added.push(...(added satisfies DataFile[]));
  made.removed.push(...removed);
  made.rows += rows;
}

/** What the increments of links and items tell of rows that silver has already. */
async function readNews(lake: Lake, { links, items }: Inputs): Promise<Lookups> {
  return {
    users: links === null ? new Map() : await firstLinks(lake, await linkedDevices(lake, links.files)),
    items: items === null ? new TenantSet() : await changedItems(lake, items.files),
  };
}

/** Only what is found of the rows' devices and items is needed from here on: their sets are let go. */
async function readLookedUp(
  lake: Lake,
  { events }: Inputs,
  { news, scratch }: { news: Lookups; scratch: Scratch },
): Promise<{ fresh: Omit<Fresh, "devices" | "items">; lookups: Lookups }> {
  const { devices, items, ...fresh } = await readFresh(lake, events?.files ?? [], scratch);
  return { fresh, lookups: await lookUp(lake, { devices, items }, news) };
}

/** Newer links and items than the increments' may be among these: then the rows are settled early, and stay as they are. */
async function lookUp(lake: Lake, fresh: Pick<Fresh, "devices" | "items">, news: Lookups): Promise<Lookups> {
  const users = await firstLinks(lake, fresh.devices);
  const items = await knownItems(lake, fresh.items);
  items.addAll(news.items);
  return { users: new Map([...users, ...news.users]), items };
}
