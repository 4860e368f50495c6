import { COLUMNS, type LineageNode } from "./lineage.ts";
import { NODE, type PlacedNode, placed } from "./lineage-layout.ts";

/** Left of a node's text, and the lines' distance, in units of the picture. */
const INSET = 12;
const LINE = 16;

/** The way of the data, drawn; each table leads to its row below. The same stands as a list for those who hear the page. */
export function LineageGraph({ nodes }: { nodes: readonly LineageNode[] }) {
  const { nodes: all, edges, width, height, columns } = placed(nodes);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="wide" aria-label="Way of the data: picture" tabIndex={0}>
        <svg class="lineage" viewBox={`-2 0 ${width + 4} ${height + 4}`} aria-label="Way of the data">
          {columns.map((x, column) => (
            <text key={x} class="heading" x={x} y={14}>
              {COLUMNS[column]}
            </text>
          ))}
          {edges.map(({ from, to, path }) => (
            <path key={`${from} ${to}`} d={path} />
          ))}
          {all.map((node) => (
            <Node key={node.id} node={node} />
          ))}
        </svg>
      </section>
      <ul class="hidden" aria-label="Way of the data, as a list">
        {all.map((node) => (
          <li key={node.id}>{inWords(node, all)}</li>
        ))}
      </ul>
    </>
  );
}

/** Its lines are the link's name, which the blanks at their ends keep apart. */
function Node({ node }: { node: PlacedNode }) {
  const { x, y, title, lines, state, checks, table } = node;
  const drawn = (
    <g class={`node ${state ?? ""}`} transform={`translate(${x} ${y})`}>
      <rect width={NODE.width} height={NODE.height} rx={8} />
      {state === null ? null : <rect class="state" y={8} width={4} height={NODE.height - 16} rx={2} />}
      <text class="title" x={INSET} y={LINE + 4}>
        {`${title} `}
      </text>
      {told(lines, checks).map((line, at) => (
        <text key={line} class={line === checks ? "checks" : ""} x={INSET} y={LINE + 4 + (at + 1) * LINE}>
          {`${line} `}
        </text>
      ))}
    </g>
  );
  if (table === null) return drawn;
  return (
    // biome-ignore lint/a11y/useValidAnchor: a picture has no buttons, and this does lead to a place on the page
    <a
      href="#/data"
      onClick={(event) => {
        event.preventDefault();
        showRow(table);
      }}
    >
      {drawn}
    </a>
  );
}

function told(lines: readonly string[], checks: string): string[] {
  return checks === "" ? [...lines] : [...lines, checks];
}

/** Of a table in the list of tables. */
export function rowId(table: string): string {
  return `table-${table}`;
}

function showRow(table: string): void {
  const row = document.getElementById(rowId(table));
  row?.scrollIntoView({ block: "center" });
  row?.focus({ preventScroll: true });
}

function inWords({ title, lines, checks, from }: LineageNode, all: readonly LineageNode[]): string {
  const origins = from.map((id) => all.find((node) => node.id === id)?.title ?? id);
  const made = origins.length === 0 ? "" : ` Comes from ${origins.join(", ")}.`;
  return `${title}: ${told(lines, checks).join(", ")}.${made}`;
}
