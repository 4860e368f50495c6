import { type Batch, INTERACTIONS, type Interaction, type Lake, type LiveFile } from "../../lake/index.ts";
import { ExternalSort, type Scratch } from "../sort/index.ts";
import { compareKeys, type InteractionName } from "./columns.ts";

/** Whoever reads files one after another found that one does not follow on the one before. */
export class FilesOverlapError extends Error {}

type StoredRow = readonly [tenant: string, eventId: string, ...cells: unknown[]];

const SORT_MEMORY_ROWS = 10_000;

/**
 * The rows of files that overlap, in order. Our own files never do; a merge of the small files of several tenants may leave such
 * behind, and the partition's next rewriting sets it right.
 */
export async function* sortedBatches<Name extends InteractionName>(
  lake: Pick<Lake, "scan">,
  files: readonly LiveFile[],
  { names, scratch }: { names: readonly Name[]; scratch: Scratch },
): AsyncGenerator<Batch<Interaction, Name>> {
  const compare = (a: StoredRow, b: StoredRow) =>
    compareKeys({ tenant: a[0], event_id: a[1] }, { tenant: b[0], event_id: b[1] });
  const sort = new ExternalSort<StoredRow>(scratch, { compare, memoryRows: SORT_MEMORY_ROWS });
  const read = [...new Set<InteractionName>(["tenant", "event_id", ...names])];
  for await (const batch of lake.scan(INTERACTIONS, { columns: read, files })) {
    const columns = batch.columns as unknown as Record<InteractionName, unknown[]>;
    const cellsAt = (index: number) => names.map((name) => columns[name][index]);
    await sort.add(
      Array.from(
        { length: batch.rows },
        (_, index): StoredRow => [
          columns.tenant[index] as string,
          columns.event_id[index] as string,
          ...cellsAt(index),
        ],
      ),
    );
  }
  for await (const block of sort.read()) {
    const columns = names.map((name, index) => [name, block.map((row) => row[index + 2])]);
    yield { path: "", rows: block.length, columns: Object.fromEntries(columns) };
  }
  await sort.remove();
}
