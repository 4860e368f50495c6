import { INTERACTIONS, type Lake, type LiveFile, type Table, tenantBucket } from "../../lake/index.ts";
import { inputKey, RUN_KEY } from "../job.ts";
import { boundOf, FILE_ROWS, rowsOf, tableSink } from "../rewrite/index.ts";

interface MomentRow {
  tenant: string;
  as_of: number;
}

interface Moment {
  tenant: string;
  asOfMs: number;
}

const TENANT_ID = 1;
const AS_OF_ID = 3;

/**
 * Puts the rows of a tenant's moment, which come in order, in the place of those that the table had of it. Files that hold nothing
 * else go; of others, which compaction made, the rest is written again. The snapshot's summary names what it was made from.
 */
export async function replaceMoment<Row extends MomentRow>(
  table: Table<Row>,
  moment: Moment & { lake: Lake; nowMs: number; run: string; snapshotId: number },
  rows: Iterable<Row[]> | AsyncIterable<Row[]>,
): Promise<{ snapshotId: number; rows: number }> {
  const { lake, tenant, nowMs, run } = moment;
  const bucket = tenantBucket(tenant);
  const base = await lake.snapshot(table, {});
  const files = base === null ? [] : await lake.files(table, { snapshotId: base.id, tenant });
  const touched = files.filter((file) => mayHold(file, moment));
  const others = tableSink<Row>(lake, table, { partition: [bucket], nowMs, fileRows: FILE_ROWS });
  for (const file of touched.filter((each) => !holdsOnly(each, moment))) {
    const columns = table.columns.map(({ name }) => name);
    for await (const block of rowsOf(lake.scan(table, { columns, files: [file] }))) {
      for (const row of block as unknown as Row[])
        if (row.tenant !== moment.tenant || row.as_of !== moment.asOfMs) others.push(row);
      if (others.full) await others.flush();
    }
    await others.cut();
  }
  const sink = tableSink<Row>(lake, table, { partition: [bucket], nowMs, fileRows: FILE_ROWS });
  for await (const block of rows) {
    for (const row of block) sink.push(row);
    if (sink.full) await sink.flush();
  }
  await sink.cut();
  const { id } = await lake.commit(
    table,
    {
      operation: touched.length === 0 ? "append" : "overwrite",
      added: [...others.files, ...sink.files],
      removed: touched.map(({ path }) => path),
      summary: { [inputKey(INTERACTIONS.name)]: String(moment.snapshotId), [RUN_KEY]: run },
      base: base?.id ?? null,
    },
    { nowMs },
  );
  return { snapshotId: id, rows: sink.rows };
}

/** A bound that is not known says nothing against it. */
function mayHold(file: LiveFile, { tenant, asOfMs }: Moment): boolean {
  return within(file, TENANT_ID, tenant) && within(file, AS_OF_ID, asOfMs);
}

function within(file: LiveFile, columnId: number, value: string | number): boolean {
  const [least, most] = [boundOf(file, columnId, "min"), boundOf(file, columnId, "max")];
  return (least === null || least <= value) && (most === null || most >= value);
}

function holdsOnly(file: LiveFile, { tenant, asOfMs }: Moment): boolean {
  const isOnly = (columnId: number, value: string | number) =>
    boundOf(file, columnId, "min") === value && boundOf(file, columnId, "max") === value;
  return isOnly(TENANT_ID, tenant) && isOnly(AS_OF_ID, asOfMs);
}
