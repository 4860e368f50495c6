/** Inverse of a small symmetric positive definite matrix, Gauss–Jordan in double precision. */
export function invert(values: ArrayLike<number>, size: number): Float32Array {
  const a = Float64Array.from(values);
  for (let p = 0; p < size; p++) {
    const scale = 1 / (a[p * size + p] as number);
    a[p * size + p] = 1;
    for (let j = 0; j < size; j++) a[p * size + j] = (a[p * size + j] as number) * scale;
    for (let i = 0; i < size; i++) {
      if (i === p) continue;
      const factor = a[i * size + p] as number;
      if (factor === 0) continue;
      a[i * size + p] = 0;
      for (let j = 0; j < size; j++) {
        a[i * size + j] = (a[i * size + j] as number) - factor * (a[p * size + j] as number);
      }
    }
  }
  return Float32Array.from(a);
}

/** U⁻¹ where U'U is the symmetric positive definite matrix of which the upper triangle is given; double precision. */
export function choleskyInverse(values: ArrayLike<number>, size: number): Float32Array {
  const u = Float64Array.from(values);
  for (let p = 0; p < size; p++) {
    const pivot = Math.sqrt(u[p * size + p] as number);
    for (let j = p; j < size; j++) u[p * size + j] = (u[p * size + j] as number) / pivot;
    for (let i = p + 1; i < size; i++) {
      const factor = u[p * size + i] as number;
      for (let j = i; j < size; j++) {
        u[i * size + j] = (u[i * size + j] as number) - factor * (u[p * size + j] as number);
      }
    }
  }
  return Float32Array.from(upperInverse(u, size));
}

/** Row by row from the last: row i of the inverse is (e_i − Σ over j > i of u[i, j] · row j) / u[i, i]. */
function upperInverse(u: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = size - 1; i >= 0; i--) {
    inverse[i * size + i] = 1;
    for (let j = i + 1; j < size; j++) {
      const factor = u[i * size + j] as number;
      for (let k = j; k < size; k++) {
        inverse[i * size + k] =
          (inverse[i * size + k] as number) - factor * (inverse[j * size + k] as number);
      }
    }
    const pivot = u[i * size + i] as number;
    for (let k = i; k < size; k++) inverse[i * size + k] = (inverse[i * size + k] as number) / pivot;
  }
  return inverse;
}
