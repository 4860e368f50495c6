import type { LineageNode } from "./lineage.ts";

/** In units of the picture, which are px at its full width. */
export const NODE = { width: 152, height: 76 } as const;
const GAP = { x: 32, y: 14 } as const;
/** Over the nodes, for the headings. */
const TOP = 30;

export interface PlacedNode extends LineageNode {
  x: number;
  y: number;
}

export interface Edge {
  from: string;
  to: string;
  /** As SVG writes it. */
  path: string;
}

export interface Picture {
  nodes: PlacedNode[];
  edges: Edge[];
  width: number;
  height: number;
  /** Left ends of the columns. */
  columns: number[];
}

/** Nodes in columns, each column in the middle of the height, in the order in which they were given. */
export function placed(nodes: readonly LineageNode[]): Picture {
  const columns = Map.groupBy(nodes, ({ column }) => column);
  const rows = Math.max(0, ...[...columns.values()].map(({ length }) => length));
  const count = Math.max(-1, ...columns.keys()) + 1;
  const height = TOP + stackHeight(rows);
  const all = [...columns].flatMap(([column, own]) => {
    const top = TOP + (stackHeight(rows) - stackHeight(own.length)) / 2;
    return own.map((node, at) => ({ ...node, x: leftOf(column), y: top + at * (NODE.height + GAP.y) }));
  });
  return {
    ...{ nodes: all, edges: edgesOf(all), height },
    width: count === 0 ? 0 : leftOf(count - 1) + NODE.width,
    columns: Array.from({ length: count }, (_, column) => leftOf(column)),
  };
}

function leftOf(column: number): number {
  return column * (NODE.width + GAP.x);
}

function stackHeight(nodes: number): number {
  return nodes === 0 ? 0 : nodes * (NODE.height + GAP.y) - GAP.y;
}

/** From the right end of where rows come from to the left end of what is made of them. */
function edgesOf(nodes: readonly PlacedNode[]): Edge[] {
  const known = new Map(nodes.map((node) => [node.id, node]));
  return nodes.flatMap((to) =>
    to.from.flatMap((id) => {
      const from = known.get(id);
      if (from === undefined) return [];
      const [x1, y1] = [from.x + NODE.width, from.y + NODE.height / 2];
      const [x2, y2] = [to.x, to.y + NODE.height / 2];
      const bend = (x2 - x1) / 2;
      return [
        { from: id, to: to.id, path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` },
      ];
    }),
  );
}
