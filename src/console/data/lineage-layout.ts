import type { LineageNode } from "./lineage.ts";

/** In units of the picture, which are px at its full width. */
export const NODE = { width: 152, height: 76 } as const;
const GAP = { x: 32, y: 12 } as const;
/** What an edge takes of a column that it only passes. */
const LANE_HEIGHT = 10;
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

/** A node in its column, or a lane by which edges of one origin pass the column. */
interface Slot {
  id: string;
  node: LineageNode | null;
  column: number;
  /** Slots of the column before. */
  from: string[];
  /** Of its middle. */
  y: number;
}

/**
 * Nodes in columns, each column in the middle of the height. Edges over several columns get a lane in each that they pass, and a
 * column is ordered by where its slots come from (Sugiyama et al., 1981), so that no edge runs behind a node.
 */
export function placed(nodes: readonly LineageNode[]): Picture {
  const slots = slotsOf(nodes);
  const columns = Map.groupBy(slots.values(), ({ column }) => column);
  const count = Math.max(-1, ...columns.keys()) + 1;
  const tallest = Math.max(0, ...[...columns.values()].map(stackHeight));
  for (let column = 0; column < count; column++) stack(columns.get(column) ?? [], slots, tallest);
  return {
    nodes: nodes.map((node) => ({
      ...node,
      ...{ x: leftOf(node.column), y: (slots.get(node.id)?.y ?? 0) - NODE.height / 2 },
    })),
    edges: nodes.flatMap((to) => to.from.flatMap((from) => edgeOf(slots, from, to))),
    ...{ width: count === 0 ? 0 : leftOf(count - 1) + NODE.width, height: TOP + tallest },
    columns: Array.from({ length: count }, (_, column) => leftOf(column)),
  };
}

function leftOf(column: number): number {
  return column * (NODE.width + GAP.x);
}

function laneId(from: string, column: number): string {
  return `${from} past ${column}`;
}

function slotsOf(nodes: readonly LineageNode[]): Map<string, Slot> {
  const slots = new Map<string, Slot>();
  const columnOf = new Map(nodes.map(({ id, column }) => [id, column]));
  for (const node of nodes) {
    const last = node.from.flatMap((from) => {
      const origin = columnOf.get(from);
      if (origin === undefined) return [];
      let before = from;
      for (let column = origin + 1; column < node.column; column++) {
        const id = laneId(from, column);
        slots.set(id, slots.get(id) ?? { id, node: null, column, from: [before], y: 0 });
        before = id;
      }
      return [before];
    });
    slots.set(node.id, { id: node.id, node, column: node.column, from: last, y: 0 });
  }
  return slots;
}

function heightOf({ node }: Slot): number {
  return node === null ? LANE_HEIGHT : NODE.height;
}

function stackHeight(slots: readonly Slot[]): number {
  return slots.reduce((sum, slot) => sum + heightOf(slot) + GAP.y, -GAP.y);
}

/** Gives a column's slots their heights, by the middle of those before that they come from. */
function stack(slots: readonly Slot[], all: ReadonlyMap<string, Slot>, tallest: number): void {
  const origin = ({ from }: Slot) =>
    from.reduce((sum, id) => sum + (all.get(id)?.y ?? 0), 0) / Math.max(from.length, 1);
  let top = TOP + (tallest - stackHeight(slots)) / 2;
  for (const slot of slots.toSorted((a, b) => origin(a) - origin(b))) {
    slot.y = top + heightOf(slot) / 2;
    top += heightOf(slot) + GAP.y;
  }
}

/** From the right end of where rows come from, by its lanes, to the left end of what is made of them. */
function edgeOf(slots: ReadonlyMap<string, Slot>, from: string, to: LineageNode): Edge[] {
  const origin = slots.get(from);
  if (origin === undefined) return [];
  let x = leftOf(origin.column) + NODE.width;
  let { y } = origin;
  let path = `M${x} ${y}`;
  for (let column = origin.column + 1; column <= to.column; column++) {
    const next = slots.get(column === to.column ? to.id : laneId(from, column))?.y ?? y;
    const middle = x + GAP.x / 2;
    x = leftOf(column);
    path += `C${middle} ${y} ${middle} ${next} ${x} ${next}`;
    y = next;
    if (column < to.column) {
      x += NODE.width;
      path += `H${x}`;
    }
  }
  return [{ from, to: to.id, path }];
}
