import { discard, discardTensors, type Engine } from "../../base/index.ts";
import type { Cases } from "../data/cases.ts";
import { historyFeeds } from "../measure/feeds.ts";
import { batchOf, groupByHistory, type HistoryGroup } from "../measure/groups.ts";
import type { Pace } from "../model/pace.ts";
import { createPicker } from "./pick.ts";

/**
 * For each history the items that any part puts among its best, with every part's score of them: all that is needed to rank
 * any weighted sum of the parts, without the [cases × N] scores.
 */
export interface Shortlists {
  /** P */
  parts: number;
  /** Of each history: [items × P]. */
  scores: Float32Array[];
  /** [cases] the history of the case, and the target's place among its items; −1 for a target that no part puts among its best. */
  groupOf: Uint32Array;
  places: Int32Array;
}

/** A graph of `assembleParts` with its number of parts; the bytes are asked for when they are needed, and discarded once loaded. */
export interface PartsGraph {
  parts: number;
  load(): Promise<Uint8Array>;
}

export interface ShortlistOptions {
  itemCount: number;
  historyMax: number;
  contentWidth: number;
}

/** One graph in memory at a time; with more than one, each is run twice: to find the best items, then to score them all. */
export async function makeShortlists(
  engine: Engine,
  graphs: readonly PartsGraph[],
  cases: Cases,
  options: ShortlistOptions,
  pace: Pace,
): Promise<Shortlists> {
  const groups = groupByHistory(cases, options.historyMax);
  const parts = graphs.reduce((sum, graph) => sum + graph.parts, 0);
  const picker = createPicker(cases, options.itemCount);
  const items: Uint32Array[] = groups.map(() => new Uint32Array(0));
  const scores = groups.map(() => new Float32Array(0));
  const collect = (rows: readonly Float32Array[], group: number, first: number) => {
    const list = items[group] as Uint32Array;
    if (first === 0) scores[group] = new Float32Array(list.length * parts);
    const found = scores[group] as Float32Array;
    for (const [part, row] of rows.entries()) {
      for (let index = 0; index < list.length; index++) {
        found[index * parts + first + part] = row[list[index] as number] as number;
      }
    }
  };
  for (const graph of graphs) {
    await runAll(engine, graph, { cases, groups, options, pace }, (rows, group) => {
      items[group] = picker.withBest(items[group] as Uint32Array, rows, groups[group] as HistoryGroup);
      if (graphs.length === 1) collect(rows, group, 0);
    });
  }
  for (let first = 0, index = 0; graphs.length > 1 && index < graphs.length; index++) {
    const graph = graphs[index] as PartsGraph;
    await runAll(engine, graph, { cases, groups, options, pace }, (rows, group) =>
      collect(rows, group, first),
    );
    first += graph.parts;
  }
  const places = placesOf(cases, groups, items);
  discard(...items);
  picker.close();
  return { parts, scores, ...places };
}

/** Floats of one run's output: 2 MB. */
const OUTPUT_FLOATS_MAX = 500_000;

async function runAll(
  engine: Engine,
  graph: PartsGraph,
  {
    cases,
    groups,
    options,
    pace,
  }: { cases: Cases; groups: readonly HistoryGroup[]; options: ShortlistOptions; pace: Pace },
  visit: (rows: readonly Float32Array[], group: number) => void,
): Promise<void> {
  const { itemCount, historyMax, contentWidth } = options;
  const batchMax = Math.max(1, Math.min(16, Math.floor(OUTPUT_FLOATS_MAX / (graph.parts * itemCount))));
  const onnx = await graph.load();
  const session = await engine.load(onnx);
  discard(onnx);
  const bias = new Float32Array(batchMax * itemCount);
  try {
    for (let from = 0, batch = groups.slice(0, 0); from < groups.length; from += batch.length) {
      batch = batchOf(groups, from, { batchMax, historyMax });
      const dims = [batch.length, itemCount];
      const histories = historyFeeds(cases.dataset, batch, { historyMax, indexOf: (item) => item });
      const outputs = await session.run({
        ...histories,
        late_features: { type: "float32", dims: [0, contentWidth], data: new Float32Array(0) },
        bias: { type: "float32", dims, data: bias.subarray(0, batch.length * itemCount) },
        k: { type: "int64", dims: [1], data: BigInt64Array.of(1n) },
      });
      const data = outputs.parts?.data as Float32Array;
      for (let row = 0; row < batch.length; row++) {
        const rows = Array.from({ length: graph.parts }, (_, part) => {
          const at = (part * batch.length + row) * itemCount;
          return data.subarray(at, at + itemCount);
        });
        visit(rows, from + row);
      }
      discardTensors(histories);
      discardTensors(outputs);
      await pace.spend(batch.length * (graph.parts * itemCount * 12 + 200_000));
    }
  } finally {
    discard(bias);
    await session.release();
  }
}

function placesOf(
  { dataset, targetRows }: Cases,
  groups: readonly HistoryGroup[],
  items: readonly Uint32Array[],
): Pick<Shortlists, "groupOf" | "places"> {
  const groupOf = new Uint32Array(targetRows.length);
  const places = new Int32Array(targetRows.length);
  for (const [index, { cases: members }] of groups.entries()) {
    for (const one of members) {
      groupOf[one] = index;
      const target = dataset.items[targetRows[one] as number] as number;
      places[one] = (items[index] as Uint32Array).indexOf(target);
    }
  }
  return { groupOf, places };
}
