/** Sweeps of Jacobi's method: it converges quadratically, so that a dozen suffice for any size of ours. */
const SWEEPS_MAX = 20;
const CONVERGED = 1e-20;

/**
 * Eigenvalues, largest first, and eigenvectors (column c of `vectors` [n × n] belongs to value c) of a symmetric matrix, by
 * cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.5). About 30 n³ operations; `a` is used up. `spend`
 * hears of the operations every millisecond or so.
 */
export async function symmetricEigen(
  a: Float64Array,
  n: number,
  spend: (operations: number) => Promise<void>,
): Promise<{ values: Float64Array; vectors: Float64Array }> {
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  const total = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) off += (a[p * n + q] as number) ** 2;
    }
    if (off <= total * CONVERGED) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) rotate(a, vectors, { n, p, q });
      await spend(n * n * 6);
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => (a[j * n + j] as number) - (a[i * n + i] as number) || i - j,
  );
  return {
    values: Float64Array.from(order, (i) => a[i * n + i] as number),
    vectors: Float64Array.from(vectors, (_, at) => {
      const column = order[at % n] as number;
      return vectors[Math.floor(at / n) * n + column] as number;
    }),
  };
}

/** Makes a[p, q] zero. Vectors are kept as rows of the transpose would be: column p and q of `vectors` turn alike. */
function rotate(
  a: Float64Array,
  vectors: Float64Array,
  { n, p, q }: { n: number; p: number; q: number },
): void {
  const apq = a[p * n + q] as number;
  if (apq === 0) return;
  const theta = ((a[q * n + q] as number) - (a[p * n + p] as number)) / (2 * apq);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  turn(a, { from: p, to: q, step: n, n, cosine, sine });
  turn(a, { from: p * n, to: q * n, step: 1, n, cosine, sine });
  turn(vectors, { from: p, to: q, step: n, n, cosine, sine });
}

function turn(
  values: Float64Array,
  {
    from,
    to,
    step,
    n,
    cosine,
    sine,
  }: { from: number; to: number; step: number; n: number; cosine: number; sine: number },
): void {
  for (let k = 0; k < n; k++) {
    const x = values[from + k * step] as number;
    const y = values[to + k * step] as number;
    values[from + k * step] = cosine * x - sine * y;
    values[to + k * step] = sine * x + cosine * y;
  }
}
