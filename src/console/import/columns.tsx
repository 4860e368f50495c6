import { attributeOf, type ColumnFacts, type Kind, OFFERED, type Proposal } from "../../tabular/index.ts";
import { Table } from "../parts.tsx";
import { fieldWords, holdsWords, sureWords } from "./words.ts";

/** What becomes of each column, to be mended. `chosen`: column → field or null, where somebody has chosen. */
export function Columns({ kind, columns, proposals, chosen, onChoose }: ColumnsProps) {
  return (
    <div class="mapping">
      <Table caption="Columns" head={["Column", "Becomes", "How sure", "Holds", "For example"]}>
        {columns.map((facts, index) => {
          const proposal = proposals[index] ?? {
            column: facts.name,
            field: null,
            confidence: 1,
            by: "rest" as const,
          };
          const own = chosen.get(facts.name);
          const field = own === undefined ? proposal.field : own;
          return (
            <tr key={facts.name}>
              <th scope="row">
                <code>{facts.name}</code>
              </th>
              <td>
                <select
                  aria-label={`What ${facts.name} becomes`}
                  value={field ?? ""}
                  onChange={(event) => onChoose(facts.name, event.currentTarget.value || null)}
                >
                  <option value="">left out</option>
                  {optionsOf(kind, facts.name).map((name) => (
                    <option key={name} value={name}>
                      {fieldWords(kind, name)}
                    </option>
                  ))}
                </select>
              </td>
              <td>{own === undefined ? sureWords(kind, proposal, facts) : "Your choice"}</td>
              <td>{holdsWords(facts)}</td>
              <td class="cut">{facts.examples.join(", ")}</td>
            </tr>
          );
        })}
      </Table>
    </div>
  );
}

interface ColumnsProps {
  kind: Kind;
  columns: readonly ColumnFacts[];
  proposals: readonly Proposal[];
  chosen: ReadonlyMap<string, string | null>;
  onChoose: (column: string, field: string | null) => void;
}

function optionsOf(kind: Kind, column: string): string[] {
  const fields = Object.keys(OFFERED[kind].fields);
  return kind === "interactions" ? fields : [...fields, attributeOf(column)];
}
