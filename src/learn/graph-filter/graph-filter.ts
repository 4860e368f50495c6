import { discard, type Tensor } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Learner, Parameters } from "../model/learner.ts";
import type { Pace } from "../model/pace.ts";
import { type Bipartite, createBipartite, discardBipartite, powers } from "./bipartite.ts";
import { packHead } from "./head.ts";
import { neighbourRows } from "./neighbours.ts";
import { type NeighbourRows, rowsInParts } from "./rows.ts";
import { graphFilterScores } from "./serve.ts";
import { headOfSpectrum } from "./spectrum.ts";

/**
 * Eigenvectors that are sharpened, at most: more change nothing on a catalogue of 40,000. A small one has fewer that many users
 * share; sharpening them all would turn the filter upside down.
 */
const RANK_MAX = 128;
const ITEMS_PER_RANK = 16;
/** Entries kept of a row, and bytes of all rows. */
const WIDTH_MAX = 200;
const ROWS_BYTES_MAX = 22_000_000;

/**
 * Item-graph filter, a list = Σ row of f(P) over the history, P = R̃'R̃ of the normalised graph of users and items (GF-CF: Shen
 * et al., CIKM 2021). Degrees are normalised apart for users, for items of a history and for items of a list (ChebyCF: Kim et
 * al., SIGIR 2025), and f sharpens: along the head of the spectrum, found by randomised subspace iteration, λ becomes
 * λ·exp(−t·(λ − λ_last)) with λ relative to the largest (the exact form of the sharpening of BSPM: Choi et al., SIGIR 2023),
 * so that what most users share does not drown what few do. Both are added up entry by entry and end as one table of
 * neighbours: the low-rank part costs nothing in an answer.
 */
export const graphFilter: Learner = {
  name: "graphFilter",
  suits: ({ items, isOrdered }) => items > 1 && !isOrdered,
  // The first two go together: the stronger the sharpening, the less the degrees in a list have to be held down.
  ladders: () => [
    { name: "listDegree", values: [0, 0.1, 0.2, 0.3, 0.4], start: 1 },
    { name: "sharpening", values: [0, 0.75, 1.5, 2.5, 4], start: 3 },
    { name: "historyDegree", values: [0.4, 0.5, 0.6, 0.7, 0.8], start: 2 },
    { name: "userDegree", values: [0.4, 0.6, 0.8, 1], start: 1 },
  ],
  workSeconds: ({ rows, items, rowsPerUser }) => {
    const rank = rankFor(items);
    const pairs = rows * rowsPerUser * 2;
    const entries = Math.min(pairs, items ** 2);
    const candidates = Math.min(entries, items * 2 * WIDTH_MAX);
    const plain = rows * rank * 14 + pairs * 4 + entries * 20 + candidates * rank * 2.5;
    return plain / 3e8 + (items * rank ** 2 * 12) / 1.2e10;
  },
  async fit(dataset, parameters, { seed, onProgress }, ports) {
    const report = (fraction: number) => onProgress?.(fraction, "filtering the graph of items");
    const graph = await ownGraph(dataset, ports.pace);
    ports.onRowsRead?.();
    const { userDegree, historyDegree, listDegree, sharpening } = readParameters(parameters);
    const { itemCount, userDegrees, itemDegrees } = graph;
    const scales = {
      userScales: powers(userDegrees, -userDegree / 2),
      itemScales: powers(itemDegrees, -1 / 2),
    };
    report(0.1);
    const spectrum = await headOfSpectrum(graph, { scales, rank: rankFor(itemCount), seed }, ports);
    report(0.4);
    const listScales = powers(itemDegrees, 1 / 2 - listDegree);
    const historyScales = powers(itemDegrees, 1 / 2 - historyDegree);
    const gains = sharpeningGains(spectrum.values, sharpening);
    const head = await packHead(spectrum, { gains, itemCount }, ports.pace);
    const options = { scales, head, historyScales, listScales };
    const range = { from: 0, end: itemCount + 1, width: widthFor(itemCount), itemCount };
    const rows = await rowsInParts(range, ports.checkpoint, {
      make: (part) =>
        neighbourRows(graph, { ...options, ...part }, ports.pace, (fraction) => report(0.4 + 0.6 * fraction)),
      onMade() {
        discard(head.levels, head.scales, listScales, historyScales);
        discard(scales.userScales, scales.itemScales);
        discard(graph.items, graph.userStart);
        discardBipartite(graph);
      },
    });
    report(1);
    return { learner: "graphFilter", parameters, itemCount, tensors: tensorsOf(rows) };
  },
  scores: graphFilterScores,
};

/** Some bytes a row are copied, so that seventeen may be put away. */
async function ownGraph(dataset: Dataset, pace: Pace): Promise<Bipartite> {
  const graph = await createBipartite(dataset, pace);
  const items = graph.itemCount <= 0x10000 ? new Uint16Array(graph.items) : graph.items.slice();
  return { ...graph, items, userStart: graph.userStart.slice() };
}

function readParameters(parameters: Parameters) {
  const { userDegree = 0.6, historyDegree = 0.6, listDegree = 0.1, sharpening = 2.5 } = parameters;
  return { userDegree, historyDegree, listDegree, sharpening };
}

/** What is added along each eigenvector: λ·exp(−t·(λ − λ_last)) − λ, λ relative to the largest in the exponent. */
function sharpeningGains(values: Float64Array, sharpening: number): Float64Array {
  const largest = values[0] ?? 0;
  if (largest === 0) return new Float64Array(values.length);
  const last = values.at(-1) ?? 0;
  return values.map((value) => value * Math.expm1((-sharpening * (value - last)) / largest));
}

function rankFor(itemCount: number): number {
  return Math.max(1, Math.min(Math.floor(itemCount / ITEMS_PER_RANK), RANK_MAX));
}

function widthFor(itemCount: number): number {
  const bytesPerEntry = itemCount <= 0xffff ? 3 : 5;
  const width = Math.floor(ROWS_BYTES_MAX / (bytesPerEntry * (itemCount + 1)));
  return Math.max(1, Math.min(width, WIDTH_MAX, itemCount));
}

function tensorsOf({ width, indices, levels, scales }: NeighbourRows): Record<string, Tensor> {
  const dims = [scales.length, width];
  return {
    indices:
      indices instanceof Uint16Array
        ? { type: "uint16", dims, data: indices }
        : { type: "int32", dims, data: indices },
    levels: { type: "uint8", dims, data: levels },
    scales: { type: "float32", dims: [scales.length], data: scales },
  };
}
