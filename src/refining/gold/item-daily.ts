import {
  type DataFile,
  INTERACTIONS,
  ITEM_DAILY,
  type Lake,
  StaleBaseError,
  tenantBucket,
} from "../../lake/index.ts";
import type { Job } from "../job.ts";
import { openScratch } from "../sort/index.ts";
import { type ChangedPartition, changedPartitions, differences } from "./difference.ts";
import { DirtyDays } from "./dirty-days.ts";
import { DAY_COLUMNS, type DayEvent, dayOf } from "./item-day.ts";
import { DAILY_OPTIONS, type DailyOptions, firstDays, type Recounting, recountBucket } from "./recount.ts";
import { commitStep, nextStep, type Step } from "./step.ts";

/** The key of a snapshot's summary under which days wait to be counted again. */
const DIRTY_KEY = "lakeshore.dirty";

/**
 * gold.item_daily: the days on which anything differs between two states of silver are counted again from all of their events. Distinct
 * subjects are no sum, so nothing can be added to a day that is there already.
 */
export const ITEM_DAILY_JOB: Job = dailyJob(DAILY_OPTIONS);

/** The job with other sizes. */
export function dailyJob(options: DailyOptions): Job {
  return {
    name: ITEM_DAILY.name,
    async run({ lake, store }, { nowMs, rowsMax, run, anew }) {
      const { waiting, base } = await waitingDays(lake);
      const step = await nextStep(lake, ITEM_DAILY, { rowsMax, always: !waiting.isEmpty, anew });
      if (step === null) return null;
      if (step.base !== base)
        throw new StaleBaseError(`${ITEM_DAILY.name} has moved on while it was looked at`);
      const scratch = openScratch(store, run);
      try {
        for (const partition of await changedPartitions(lake, step))
          await touchDays(lake, partition, waiting);
        if (step.anew) await touchAll(lake, waiting);
        const snapshotId = step.inputs[INTERACTIONS.name]?.until ?? 0;
        const recounting = { ...options, lake, scratch, snapshotId, nowMs };
        // While silver is still being read in steps, the next one may touch the same days: they are counted once, at its end.
        const days = step.more ? new DirtyDays() : await firstDays(recounting, waiting, rowsMax);
        const rest = waiting.filter((day) => !days.has(day));
        const { added, removed, ...counts } = await recount(recounting, days, step.base);
        const notes = { [DIRTY_KEY]: rest.toText() };
        const outcome = await commitStep(lake, ITEM_DAILY, { step, added, removed, run, nowMs, notes });
        return { ...outcome, ...counts, more: outcome.more || !rest.isEmpty };
      } finally {
        // What the store does not let go now is swept when the run is old.
        await scratch.clear().catch(() => undefined);
      }
    },
  };
}

/** As the newest snapshot tells that tells of any: compaction's does not. */
async function waitingDays(lake: Lake): Promise<{ waiting: DirtyDays; base: number | null }> {
  const table = await lake.load(ITEM_DAILY);
  const telling = table?.snapshots.findLast(({ summary }) => summary[DIRTY_KEY] !== undefined);
  return { waiting: DirtyDays.parse(telling?.summary[DIRTY_KEY]), base: table?.current?.id ?? null };
}

async function recount(
  recounting: Recounting,
  days: DirtyDays,
  base: Step["base"],
): Promise<{ added: DataFile[]; removed: string[]; rowsIn: number; rowsOut: number }> {
  const files = base === null ? [] : await recounting.lake.files(ITEM_DAILY, { snapshotId: base });
  const made = { added: [] as DataFile[], removed: [] as string[], rowsIn: 0, rowsOut: 0 };
  for (const bucket of days.buckets) {
    const existing = files.filter(({ partition }) => partition[0] === bucket);
    const ofBucket = days.filter(({ tenant }) => tenantBucket(tenant) === bucket);
    const part = await recountBucket(recounting, { bucket, days: ofBucket, existing });
    made.added.push(...part.files);
    made.removed.push(...part.removed);
    made.rowsIn += part.rowsIn;
    made.rowsOut += part.rowsOut;
  }
  return made;
}

async function touchDays(lake: Lake, partition: ChangedPartition, days: DirtyDays): Promise<void> {
  const options = { columns: DAY_COLUMNS, same: sameForDays };
  for await (const block of differences(lake, partition, options)) {
    for (const { before, after } of block) {
      for (const event of [before, after]) {
        if (event !== null) days.add({ tenant: event.tenant, day: dayOf(event) });
      }
    }
  }
}

/** Every day that the table has: where it is not known what they were made from. */
async function touchAll(lake: Lake, days: DirtyDays): Promise<void> {
  for await (const { rows, columns } of lake.scan(ITEM_DAILY, { columns: ["tenant", "day"] })) {
    for (let row = 0; row < rows; row++) {
      days.add({ tenant: columns.tenant[row] as string, day: columns.day[row] as number });
    }
  }
}

function sameForDays(a: DayEvent, b: DayEvent): boolean {
  return DAY_COLUMNS.every((name) => a[name] === b[name] || (name === "items" && sameJson(a.items, b.items)));
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
