import type { GraphBuilder, Value } from "../../onnx/index.ts";
import { invertInPlace } from "../algebra/inverse.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import type { FitPorts, FittedPart, Learner } from "../model/learner.ts";
import { type DistinctPairs, distinctPairs } from "./distinct-pairs.ts";

/** The smaller of users and items decides: a matrix of that many rows and columns is inverted. */
const SIDE_MAX = 3_500;
/** From the users' side two matrices of users × items go into the graph: 200 MB each, of which encoding and loading make copies. */
const CELLS_MAX = 5e7;

/**
 * EASE (Steck, WWW 2019): B = I − P · diag(P)⁻¹ with P = (X'X + λI)⁻¹ over all items, exactly; a list is x · B. Where users are
 * fewer than items, P is taken from the users' side by Woodbury's identity, P = (I − X'(XX' + λI)⁻¹X) / λ, and B is
 * never written out. To compare with, not to choose.
 */
export const ease: Learner = {
  name: "ease",
  suits: ({ users, items }) =>
    users < items ? users <= SIDE_MAX && users * items <= CELLS_MAX : items <= SIDE_MAX,
  ladders: () => [{ name: "ridge", values: [30, 100, 300, 1_000], start: 2 }],
  workSeconds: ({ users, items }) => (3 * Math.min(users, items) ** 3) / 1.2e10,
  async fit(dataset, parameters, { onProgress }, ports) {
    const pairs = distinctPairs(dataset);
    const itemCount = dataset.itemIds.length;
    const ridge = parameters.ridge ?? 1;
    const size = { users: dataset.userIds.length, items: itemCount };
    const report = (fraction: number) => onProgress?.(fraction, "solving EASE");
    const tensors =
      size.users < size.items
        ? await fromUsers(pairs, { ...size, ridge }, ports, report)
        : await fromItems(pairs, { ...size, ridge }, ports, report);
    report(1);
    return { learner: "ease", parameters, itemCount, tensors };
  },
  scores(graph, part, history) {
    const x = historyVector(graph, history);
    return part.tensors.weights === undefined ? dualScores(graph, part, x) : weightedScores(graph, part, x);
  },
};

interface Sizes {
  users: number;
  items: number;
  ridge: number;
}

/** `weights` [N, N]: B. */
async function fromItems(
  pairs: DistinctPairs,
  { items, ridge }: Sizes,
  { engine, pace }: FitPorts,
  onProgress: (fraction: number) => void,
): Promise<FittedPart["tensors"]> {
  const weights = new Float32Array(items * items);
  for (let user = 0; user + 1 < pairs.userStart.length; user++) {
    const own = pairs.items.subarray(pairs.userStart[user], pairs.userStart[user + 1]);
    for (const item of own) {
      for (const other of own) weights[item * items + other] = (weights[item * items + other] as number) + 1;
    }
    await pace.spend(own.length ** 2);
  }
  addDiagonal(weights, items, ridge);
  await invertInPlace(weights, items, { engine, pace }, onProgress);
  const diagonal = Float64Array.from({ length: items }, (_, item) => weights[item * items + item] as number);
  for (let row = 0; row < items; row++) {
    for (let column = 0; column < items; column++) {
      const at = row * items + column;
      weights[at] = row === column ? 0 : -(weights[at] as number) / (diagonal[column] as number);
    }
  }
  return { weights: { type: "float32", dims: [items, items], data: weights } };
}

/** `matrix` [U, N]: X; `solved` [U, N]: (XX' + λI)⁻¹X; `inverseDiagonal` [1, N]: 1 / (λ · diag(P)). */
async function fromUsers(
  pairs: DistinctPairs,
  { users, items, ridge }: Sizes,
  { engine, pace }: FitPorts,
  onProgress: (fraction: number) => void,
): Promise<FittedPart["tensors"]> {
  const matrix = new Float32Array(users * items);
  for (const [at, item] of pairs.items.entries()) matrix[(pairs.users[at] as number) * items + item] = 1;
  const inverse = new Float32Array(users * users);
  for (let user = 0; user < users; user++) {
    const own = pairs.items.subarray(pairs.userStart[user], pairs.userStart[user + 1]);
    for (let other = 0; other < users; other++) {
      for (const item of own) {
        inverse[user * users + other] =
          (inverse[user * users + other] as number) + (matrix[other * items + item] as number);
      }
    }
    await pace.spend(own.length * users);
  }
  addDiagonal(inverse, users, ridge);
  await invertInPlace(inverse, users, { engine, pace }, onProgress);
  const solved = new Float32Array(users * items);
  const inverseDiagonal = new Float32Array(items).fill(1);
  for (let user = 0; user < users; user++) {
    const row = solved.subarray(user * items, (user + 1) * items);
    for (const [at, item] of pairs.items.entries()) {
      row[item] = (row[item] as number) + (inverse[user * users + (pairs.users[at] as number)] as number);
    }
    await pace.spend(pairs.items.length * 2);
  }
  for (const [at, item] of pairs.items.entries()) {
    const hat = solved[(pairs.users[at] as number) * items + item] as number;
    inverseDiagonal[item] = (inverseDiagonal[item] as number) - hat;
  }
  for (const [item, value] of inverseDiagonal.entries()) inverseDiagonal[item] = 1 / value;
  const dims = [users, items];
  return {
    matrix: { type: "float32", dims, data: matrix },
    solved: { type: "float32", dims, data: solved },
    inverseDiagonal: { type: "float32", dims: [1, items], data: inverseDiagonal },
  };
}

function addDiagonal(matrix: Float32Array, size: number, value: number): void {
  for (let i = 0; i < size; i++) matrix[i * size + i] = (matrix[i * size + i] as number) + value;
}

/** [B, N] 1 for an item of the history. Column N, where padding points, is cut off. */
function historyVector(graph: GraphBuilder, { rows, mask, batch, itemCount }: GraphHistory): Value {
  const shape = graph.op("Concat", [batch, graph.ints(itemCount + 1)], { axis: { int: 0 } });
  const zeros = graph.op("Expand", [graph.float(0), shape]);
  const marked = graph.op("ScatterElements", [zeros, rows, mask], {
    axis: { int: 1 },
    reduction: { text: "max" },
  });
  return graph.op("Slice", [marked, graph.ints(0), graph.ints(itemCount), graph.ints(1)]);
}

function weightedScores(graph: GraphBuilder, { tensors: { weights } }: FittedPart, x: Value): Value {
  if (weights === undefined) throw new Error("a part of ease holds `weights`, or what stands for them");
  return graph.op("MatMul", [x, graph.constant(weights)]);
}

/** x − (x − ((x · X') · Z)) / (λ · diag(P)) */
function dualScores(
  graph: GraphBuilder,
  { tensors: { matrix, solved, inverseDiagonal } }: FittedPart,
  x: Value,
): Value {
  if (matrix === undefined || solved === undefined || inverseDiagonal === undefined) {
    throw new Error("a part of ease holds `matrix`, `solved` and `inverseDiagonal`");
  }
  const likeness = graph.op("Gemm", [x, graph.constant(matrix)], { transB: { int: 1 } });
  const projected = graph.op("MatMul", [likeness, graph.constant(solved)]);
  const left = graph.op("Mul", [graph.op("Sub", [x, projected]), graph.constant(inverseDiagonal)]);
  return graph.op("Sub", [x, left]);
}
