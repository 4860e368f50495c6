import type { GraphBuilder } from "../../onnx/index.ts";
import { learnerNamed } from "../learners.ts";
import type { ContractInputs } from "../model/contract.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import type { FittedPart } from "../model/learner.ts";
import { makeCells } from "./cells.ts";
import type { NearestPorts } from "./centres.ts";
import { cellTable, rowsOfCells } from "./graph-cells.ts";
import { indexedOutputs } from "./graph-indexed.ts";

/** The draws of k-means: an index has no seed of its own, so that equal parts give equal bytes. */
const SEED = 1;

/** Whether a part's scores are such that an index over its items can give the best of them. */
export function isIndexable({ learner }: FittedPart): boolean {
  return learnerNamed(learner).nearest !== undefined;
}

/** Closes a graph whose scores are those of one part; the index is made here. */
export async function closeIndexed(
  graph: GraphBuilder,
  inputs: ContractInputs,
  { part, history, isWarm }: { part: FittedPart; history: GraphHistory; isWarm: Float32Array },
  ports: NearestPorts,
): Promise<void> {
  const { nearest } = learnerNamed(part.learner);
  if (nearest === undefined) throw new Error(`${part.learner} has no vectors to make an index of`);
  const { data, dims } = nearest.vectors(part);
  const vectors = { data, count: history.itemCount, width: dims[1] as number };
  const cells = await makeCells(vectors, SEED, ports);
  const table = cellTable(graph, vectors, { cells, isWarm });
  const query = nearest.query(graph, part, history, (rows) => rowsOfCells(graph, table, rows));
  indexedOutputs(graph, inputs, { query, table, history, vectors, isWarm });
}
