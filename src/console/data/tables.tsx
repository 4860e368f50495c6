import { useState } from "preact/hooks";
import { ago } from "../activity.ts";
import { Await, Card, Figure, Table } from "../parts.tsx";
import type { Loaded } from "../use-loaded.ts";
import { type LakeTable, rowsOf, size } from "./lake.ts";
import { rowId } from "./lineage-graph.tsx";
import { Snapshots } from "./snapshots.tsx";

/** Every table of the lake, and the states of one that it can go back to. */
export function TablesCard({ of }: { of: Loaded<{ tables: LakeTable[] }> }) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Card
      title="Tables"
      note="Open Iceberg tables in your own bucket. Rows, files and size are your shop's as they are now, by the tables' own metadata; written: when rows last came or changed, which merging small files is not."
    >
      <Await of={of} rows={20}>
        {({ tables }) => (
          <>
            <Sums tables={tables} />
            <div class="roomy">
              <Table
                caption="Tables of the lake"
                head={["Table", "Rows", "Files", "Size", "Columns", "Written", ""]}
              >
                {tables.map((table) => (
                  <tr key={table.name} id={rowId(table.name)} tabIndex={-1}>
                    <th scope="row">
                      <code>{table.name}</code>
                      <br />
                      <small>{table.about}</small>
                    </th>
                    <td class="number">{rowsOf(table)}</td>
                    <td class="number">
                      {table.files.toLocaleString()}
                      {table.shared_files === 0 ? null : <small> and {table.shared_files} shared</small>}
                    </td>
                    <td class="number">{size(table.bytes)}</td>
                    <td class="number">{table.columns}</td>
                    <td class="number">
                      {table.written_at === null ? "never" : `${ago(table.written_at)} ago`}
                    </td>
                    <td>
                      <button
                        type="button"
                        aria-expanded={open === table.name}
                        aria-label={`Snapshots of ${table.name}`}
                        disabled={table.snapshot === null}
                        onClick={() => setOpen(open === table.name ? null : table.name)}
                      >
                        Snapshots
                      </button>
                    </td>
                  </tr>
                ))}
              </Table>
            </div>
            {open === null ? null : <Snapshots key={open} table={open} />}
          </>
        )}
      </Await>
    </Card>
  );
}

function Sums({ tables }: { tables: readonly LakeTable[] }) {
  const sum = (name: "rows" | "files" | "bytes" | "shared_files") =>
    tables.reduce((all, table) => all + table[name], 0);
  const shared = sum("shared_files");
  return (
    <dl class="figures">
      <Figure
        label="rows"
        value={sum("rows").toLocaleString()}
        meaning="Of your shop in all tables now; an event stands in several of them, once for each layer."
      />
      <Figure
        label="size"
        value={size(sum("bytes"))}
        meaning="Of the Parquet files that hold your shop's rows now; older states that can still be gone back to come on top."
      />
      <Figure
        label="files"
        value={sum("files").toLocaleString()}
        meaning="That hold your shop's rows alone, now."
      />
      {shared === 0 ? null : (
        <Figure
          label="shared files"
          value={shared.toLocaleString()}
          meaning="With rows of other shops of this installation in them, too: nothing of these is counted here."
        />
      )}
    </dl>
  );
}
