import {
  type DataFile,
  type HistoryEntry,
  IDENTITY_LINKS,
  INTERACTIONS,
  type Lake,
  type LiveFile,
  tenantBucket,
  USER_HISTORIES,
  USER_HISTORY_MAX,
} from "../../lake/index.ts";
import type { Job } from "../job.ts";
import { boundOf, clusterFiles, FILE_ROWS, rewrite, tableSink } from "../rewrite/index.ts";
import { ExternalSort, openScratch, type Scratch } from "../sort/index.ts";
import { type ChangedPartition, changedPartitions } from "./difference.ts";
import {
  compareChanges,
  compareEntries,
  compareSubjects,
  type HistoryChange,
  type HistoryKey,
} from "./history-change.ts";
import { type Gathering, gatherAnew, gatherDifferences, gatherMoves, SubjectSet } from "./history-changes.ts";
import { historyFold } from "./history-fold.ts";
import { type LinkChange, type Links, readLinks } from "./links.ts";
import { commitStep, nextStep, type Step } from "./step.ts";

export interface HistoryOptions {
  /** Rows of a subject. */
  historyMax: number;
  /** Changes held in memory while they are sorted. */
  memoryRows: number;
  /** Rows of a file, as long as its last subject ends there. */
  fileRows: number;
}

/** 5,000 changes are about 1.5 MB: few outlive the young generation of the heap. */
const OPTIONS: HistoryOptions = { historyMax: USER_HISTORY_MAX, memoryRows: 5_000, fileRows: FILE_ROWS };

/**
 * gold.user_histories: of each subject the newest rows that training may learn from. What differs between the two states of silver
 * and of the links is folded into the partitions that it touches.
 */
export const USER_HISTORIES_JOB: Job = historiesJob(OPTIONS);

/** The job with other sizes. */
export function historiesJob(options: HistoryOptions): Job {
  return {
    name: USER_HISTORIES.name,
    async run({ lake, store }, { nowMs, rowsMax, run, anew }) {
      const step = await nextStep(lake, USER_HISTORIES, { rowsMax, others: [IDENTITY_LINKS], anew });
      if (step === null) return null;
      const scratch = openScratch(store, run);
      try {
        const work = await plan(lake, step);
        const added: DataFile[] = [];
        const removed: string[] = [...work.dropped];
        const counts = { rowsIn: 0, rowsOut: 0 };
        for (const bucket of work.buckets) {
          const made = await makeBucket({ ...work, ...options, lake, scratch, nowMs }, bucket);
          added.push(...made.files);
          removed.push(...made.removed);
          counts.rowsIn += made.rowsIn;
          counts.rowsOut += made.rowsOut;
        }
        return {
          ...(await commitStep(lake, USER_HISTORIES, { step, added, removed, run, nowMs })),
          ...counts,
        };
      } finally {
        // What the store does not let go now is swept when the run is old.
        await scratch.clear().catch(() => undefined);
      }
    },
  };
}

interface Work {
  step: Step;
  links: Links;
  buckets: Bucket[];
  /** Files that are replaced whatever their rows are. */
  dropped: string[];
}

interface Bucket {
  bucket: number;
  partitions: ChangedPartition[];
  existing: LiveFile[];
  links: LinkChange[];
}

async function plan(lake: Lake, step: Step): Promise<Work> {
  const links = await readLinks(
    lake,
    step.inputs[IDENTITY_LINKS.name] ?? { from: null, until: null },
    step.anew,
  );
  const files = step.base === null ? [] : await lake.files(USER_HISTORIES, { snapshotId: step.base });
  const dropped = step.anew ? files.map(({ path }) => path) : [];
  const buckets = new Map<number, Bucket>();
  const at = (bucket: number): Bucket => {
    const known = buckets.get(bucket);
    if (known !== undefined) return known;
    const existing = step.anew ? [] : files.filter(({ partition }) => partition[0] === bucket);
    const made = { bucket, partitions: [], existing, links: [] };
    buckets.set(bucket, made);
    return made;
  };
  for (const partition of await changedPartitions(lake, step))
    at(partition.bucket).partitions.push(partition);
  for (const [tenant, changes] of Map.groupBy(links.changes, (change) => change.tenant)) {
    const { links: own } = at(tenantBucket(tenant));
    for (const change of changes) own.push(change);
  }
  return { step, links, dropped, buckets: [...buckets.values()].sort((a, b) => a.bucket - b.bucket) };
}

interface Made {
  files: readonly DataFile[];
  removed: string[];
  rowsIn: number;
  rowsOut: number;
}

/** Repeated when subjects turn out to miss older rows, which only all of their events can tell. Then files already written are in no table. */
async function makeBucket(
  work: Work & HistoryOptions & { lake: Lake; scratch: Scratch; nowMs: number },
  bucket: Bucket,
): Promise<Made> {
  const { lake, links, scratch, step, nowMs, historyMax, fileRows, memoryRows } = work;
  const anew = new SubjectSet();
  const moves = bucket.links.filter(({ before, now }) => before === undefined && now !== undefined);
  for (const change of bucket.links) if (!moves.includes(change)) relinked(change, anew);
  for (;;) {
    const sort = new ExternalSort<HistoryChange>(scratch, {
      compare: compareChanges,
      memoryRows,
    });
    const short: { tenant: string; subject: string }[] = [];
    const onShort = (subject: { tenant: string; subject: string }) => void short.push(subject);
    const gathering: Gathering = { lake, links, anew, sort };
    let rowsIn = 0;
    for (const partition of bucket.partitions) rowsIn += await gatherDifferences(gathering, partition);
    await gatherMoves(gathering, { base: step.base, moves, historyMax, onShort });
    await gatherAnew(gathering, step.inputs[INTERACTIONS.name]?.until ?? null);
    const sink = tableSink<HistoryEntry>(lake, USER_HISTORIES, {
      partition: [bucket.bucket],
      nowMs,
      fileRows,
    });
    const removed = await rewrite<HistoryKey, HistoryEntry, HistoryChange>({
      clusters: clusterFiles<HistoryKey, HistoryEntry>(lake, USER_HISTORIES, bucket.existing, FILE_ORDER),
      changes: sort.read(),
      compareGroups: compareSubjects,
      compareRows: compareEntries,
      fold: historyFold(sink.push, onShort, historyMax),
      sink,
    });
    await sort.remove();
    if (short.length === 0) return { files: sink.files, removed, rowsIn, rowsOut: sink.rows };
    for (const subject of short) anew.add(subject);
  }
}

/** An earlier link than the one that held: rows do not say which device they came from, so both subjects are told anew. */
function relinked({ tenant, anonymousId, before, now }: LinkChange, anew: SubjectSet): void {
  for (const user of [before, now]) {
    anew.add({ tenant, subject: user === undefined ? `a:${anonymousId}` : `u:${user}` });
  }
}

const FILE_ORDER = {
  lowest: (file: LiveFile) => keyOf(file, "min"),
  highest: (file: LiveFile) => keyOf(file, "max"),
  compareGroups: compareSubjects,
  compareRows: compareEntries,
};

/** A row that none of the file's comes before, or after; null when the statistics do not tell. */
function keyOf(file: LiveFile, end: "min" | "max"): HistoryKey | null {
  const [tenant, subject] = [boundOf(file, 1, end), boundOf(file, 2, end)];
  if (typeof tenant !== "string" || typeof subject !== "string") return null;
  const occurred_at = end === "min" ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
  return { tenant, subject, occurred_at, event_id: "" };
}
