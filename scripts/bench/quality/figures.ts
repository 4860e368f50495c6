import {
  type Cases,
  type Dataset,
  FIGURE_NAMES,
  figure,
  findLeaks,
  foldContent,
  type ListFigures,
  listFigures,
  SEGMENTS,
  type SegmentName,
  segmentsOf,
  takeCases,
} from "../../../src/learn/index.ts";
import { cutoffOf, type ProtocolData } from "../../data/protocol/index.ts";
import { LIST_LENGTH } from "./contract.ts";

/** What the protocol names, then all others. */
export function metricNames({ protocol }: Pick<ProtocolData, "protocol">): string[] {
  return [...new Set([...protocol.metrics, ...FIGURE_NAMES])];
}

/** How far lists must be ranked for these. */
export function rankMaxOf(names: readonly string[]): number {
  return names.reduce((most, name) => Math.max(most, cutoffOf(name)), 1);
}

export function figuresOf(
  names: readonly string[],
  ranks: Float64Array,
  cases: Cases,
): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, round(figure(name, ranks, cases))]));
}

export type SegmentFigures = Record<SegmentName, { cases: number; [metric: string]: number }>;

/** The protocol's own metrics, or the first, by segment. */
export function segmentFigures(
  names: readonly string[],
  ranks: Float64Array,
  { cases, fitted }: { cases: Cases; fitted: Dataset },
): SegmentFigures {
  const segments = segmentsOf(cases, countsOf(fitted));
  const entries = SEGMENTS.map((name) => {
    const places = segments[name];
    const own = Float64Array.from(places, (place) => ranks[place] as number);
    return [name, { cases: places.length, ...figuresOf(names, own, takeCases(cases, places)) }];
  });
  return Object.fromEntries(entries) as SegmentFigures;
}

/** Width of the vectors by which items of a list are compared. */
const DIVERSITY_WIDTH = 64;

/** `lists` holds LIST_LENGTH places each. */
export function figuresOfLists(
  lists: Uint32Array,
  { content, cases, fitted }: Pick<ProtocolData, "content"> & { cases: Cases; fitted: Dataset },
): ListFigures {
  const figures = listFigures(lists, LIST_LENGTH, {
    counts: countsOf(fitted),
    known: cases.known,
    content:
      content === null ? null : { vectors: foldContent(content, DIVERSITY_WIDTH), width: DIVERSITY_WIDTH },
  });
  const rounded = Object.entries(figures).map(([name, value]) => [
    name,
    value === null ? null : round(value),
  ]);
  return Object.fromEntries(rounded) as ListFigures;
}

/** Throws when a figure of these cases would know its own future. */
export function refuseLeaks(fitted: Dataset, cases: Cases): void {
  const [leak] = findLeaks(fitted, cases);
  if (leak === undefined) return;
  throw new Error(
    leak.kind === "fitted"
      ? `The figures would be worth nothing: user ${leak.userId} was fitted with ${leak.itemId}, which is yet to be found`
      : `The figures would be worth nothing: a history of user ${leak.userId} goes on beyond what is to be found`,
  );
}

function countsOf({ items, itemIds }: Dataset): Uint32Array {
  const counts = new Uint32Array(itemIds.length);
  for (const item of items) counts[item] = (counts[item] as number) + 1;
  return counts;
}

function round(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
