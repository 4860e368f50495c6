import { type Clock, DAY_MS, fnv1a32 } from "../../base/index.ts";
import type { Segment } from "../../events/index.ts";
import {
  compareCells,
  type Lake,
  LINEAGE,
  type LineageRow,
  type LiveFile,
  SEGMENTS,
  type SegmentMember,
  tenantBucket,
} from "../../lake/index.ts";
import { inputKey, RUN_KEY } from "../job.ts";
import {
  boundOf,
  clusterFiles,
  FILE_ROWS,
  type Fold,
  type RowSink,
  rewrite,
  tableSink,
} from "../rewrite/index.ts";
import { type SegmentInputs, segmentInputs, segmentMembers } from "./segment-members.ts";

export interface TenantSegments {
  tenant: string;
  segments: readonly Segment[];
}

export interface SegmentPorts {
  lake: Lake;
  /** Tenants that ever declared segments; an empty list takes the last members away. */
  declared(): Promise<TenantSegments[]>;
  /** Hands a tenant's members on to where serving reads them, in the order of subject and segment; what is not among them goes. */
  publish(tenant: string, members: AsyncIterable<readonly SegmentMember[]>): Promise<void>;
  /** For the duration in the lineage only. */
  clock: Clock;
}

export interface RefreshedSegments {
  /** Tenants whose members were found again. */
  refreshed: string[];
  members: number;
}

type MemberKey = Pick<SegmentMember, "tenant" | "subject" | "segment">;

/**
 * Finds the members of every tenant's segments again, once a UTC day and after a change of the declarations; `force`: now. Bucket by
 * bucket: rows first, then what serving reads, then the mark that both were done, so that a crash in between is made up for.
 */
export async function refreshSegments(
  ports: SegmentPorts,
  { nowMs, run, force = false }: { nowMs: number; run: string; force?: boolean },
): Promise<RefreshedSegments> {
  const { lake } = ports;
  const done: RefreshedSegments = { refreshed: [], members: 0 };
  const declared = (await ports.declared()).sort((a, b) => compareCells(a.tenant, b.tenant));
  for (const [bucket, tenants] of Map.groupBy(declared, ({ tenant }) => tenantBucket(tenant))) {
    const mark = `${Math.floor(nowMs / DAY_MS)}-${fnv1a32(JSON.stringify(tenants)).toString(16)}`;
    const property = `lakeshore.segments.${bucket}`;
    const table = await lake.load(SEGMENTS);
    if (!force && table?.metadata.properties[property] === mark) continue;
    done.members += await refreshBucket(ports, { bucket, tenants, nowMs, run });
    for (const { tenant } of tenants) await ports.publish(tenant, publishedRows(lake, tenant));
    await lake.commit(
      SEGMENTS,
      { operation: "append", added: [], properties: { [property]: mark } },
      { nowMs },
    );
    done.refreshed.push(...tenants.map(({ tenant }) => tenant));
  }
  return done;
}

interface Refresh {
  bucket: number;
  tenants: readonly TenantSegments[];
  nowMs: number;
  run: string;
}

/** Returns how many members there are now. */
async function refreshBucket(
  { lake, clock }: SegmentPorts,
  { bucket, tenants, nowMs, run }: Refresh,
): Promise<number> {
  const startedAtMs = clock();
  const inputs = await segmentInputs(lake);
  const read = { rows: 0 };
  const base = await lake.snapshot(SEGMENTS, {});
  const files = base === null ? [] : await lake.files(SEGMENTS, { snapshotId: base.id });
  const existing = files.filter(({ partition }) => partition[0] === bucket);
  const sink = tableSink<SegmentMember>(lake, SEGMENTS, { partition: [bucket], nowMs, fileRows: FILE_ROWS });
  const removed = await rewrite<MemberKey, SegmentMember, SegmentMember>({
    clusters: clusterFiles<MemberKey, SegmentMember>(lake, SEGMENTS, existing, FILE_ORDER),
    changes: membersOf(lake, { tenants, inputs, nowMs, read }),
    compareGroups: compareTenants,
    compareRows: compareMembers,
    fold: memberFold(sink),
    sink,
  });
  const marks = Object.entries(inputs).map(([table, id]) => [inputKey(table), String(id)]);
  const change = {
    operation: removed.length === 0 ? "append" : "overwrite",
    added: sink.files,
    removed,
    summary: { ...Object.fromEntries(marks), [RUN_KEY]: run },
    base: base?.id ?? null,
  } as const;
  const { id } = await lake.commit(SEGMENTS, change, { nowMs });
  const row: LineageRow = {
    ...{ run, job: SEGMENTS.name, inputs, output: SEGMENTS.name, output_snapshot: id },
    ...{ rows_in: read.rows, rows_out: sink.rows, duration_ms: clock() - startedAtMs, started_at: nowMs },
  };
  await lake.append(LINEAGE, [row], { nowMs });
  return sink.rows;
}

/** A mark before each tenant, so that one whose last member is gone is rewritten too. */
async function* membersOf(
  lake: Lake,
  {
    tenants,
    inputs,
    nowMs,
    read,
  }: Pick<Refresh, "tenants" | "nowMs"> & { inputs: SegmentInputs; read: { rows: number } },
): AsyncGenerator<SegmentMember[]> {
  for (const { tenant, segments } of tenants) {
    yield [{ tenant, subject: "", segment: "", since: nowMs }];
    if (segments.length > 0) yield* segmentMembers(lake, { tenant, segments, inputs, nowMs, read });
  }
}

/** Who was a member before stays one since then. */
function memberFold(sink: RowSink<SegmentMember>): Fold<SegmentMember, SegmentMember> {
  let before: SegmentMember | null = null;
  return {
    begin() {
      before = null;
    },
    existing(row) {
      before = row;
    },
    change(row) {
      if (row.subject === "") return;
      const stayed = before !== null && compareMembers(before, row) === 0;
      sink.push(stayed && before !== null ? { ...row, since: before.since } : row);
    },
    end() {},
  };
}

/** From the table itself: what is published is what is kept. */
async function* publishedRows(lake: Lake, tenant: string): AsyncGenerator<SegmentMember[]> {
  const files = await lake.files(SEGMENTS, { tenant });
  for (const cluster of clusterFiles<MemberKey, SegmentMember>(lake, SEGMENTS, files, FILE_ORDER)) {
    for await (const rows of cluster.read()) yield rows.filter((row) => row.tenant === tenant);
  }
}

function compareTenants(a: MemberKey, b: MemberKey): number {
  return compareCells(a.tenant, b.tenant);
}

function compareMembers(a: MemberKey, b: MemberKey): number {
  return compareTenants(a, b) || compareCells(a.subject, b.subject) || compareCells(a.segment, b.segment);
}

const FILE_ORDER = {
  lowest: (file: LiveFile) => keyOf(file, "min"),
  highest: (file: LiveFile) => keyOf(file, "max"),
  compareGroups: compareTenants,
  compareRows: compareMembers,
};

function keyOf(file: LiveFile, end: "min" | "max"): MemberKey | null {
  const [tenant, subject] = [boundOf(file, 1, end), boundOf(file, 2, end)];
  return typeof tenant === "string" && typeof subject === "string" ? { tenant, subject, segment: "" } : null;
}
