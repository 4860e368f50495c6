import { Await, Empty, Time } from "../parts.tsx";
import { useLoaded } from "../use-loaded.ts";
import { VirtualTable } from "../virtual-rows.tsx";

interface Snapshot {
  id: number;
  at: number;
  operation: string;
  counts: {
    added_rows: number;
    deleted_rows: number;
    added_files: number;
    deleted_files: number;
    rows: number;
  } | null;
}

const WORDS: Record<string, string> = {
  append: "rows came",
  overwrite: "rows changed",
  delete: "rows went",
  replace: "files were merged",
};

/** What became of a table, newest first. */
export function Snapshots({ table }: { table: string }) {
  const loaded = useLoaded<{ kept: number; snapshots: Snapshot[] }>(
    `/v1/admin/lake/tables/${table}/snapshots`,
  );
  return (
    <section aria-label={`Snapshots of ${table}`}>
      <h3>
        Snapshots of <code>{table}</code>
      </h3>
      <Await of={loaded} rows={6}>
        {({ kept, snapshots }) => (
          <>
            <p class="note">
              The newest {snapshots.length} of {kept} that are kept: each is a state that{" "}
              <code>lake scan --as-of</code> can go back to by its id.
            </p>
            {snapshots.some(({ counts }) => counts === null) ? (
              <Empty>
                Other shops of this installation write the same table, so counts of all of them are not told
                here.
              </Empty>
            ) : null}
            <VirtualTable
              caption={`Snapshots of ${table}`}
              head={["When", "What", "Rows came", "Rows went", "Files", "Rows then", "Id"]}
              widths={[20, 16, 11, 11, 12, 12, 18]}
              rows={snapshots}
              keyOf={({ id }) => String(id)}
            >
              {({ id, at, operation, counts }) => (
                <>
                  <th scope="row">
                    <Time ms={at} />
                  </th>
                  <td>{WORDS[operation] ?? operation}</td>
                  <td class="number">{counts?.added_rows.toLocaleString() ?? "–"}</td>
                  <td class="number">{counts?.deleted_rows.toLocaleString() ?? "–"}</td>
                  <td class="number">
                    {counts === null ? "–" : `+${counts.added_files} −${counts.deleted_files}`}
                  </td>
                  <td class="number">{counts?.rows.toLocaleString() ?? "–"}</td>
                  <td>
                    <code>{id}</code>
                  </td>
                </>
              )}
            </VirtualTable>
          </>
        )}
      </Await>
    </section>
  );
}
