/** The n-th largest of the first `count` values, which are reordered; −∞ when there are fewer (Hoare, Find, CACM 1961). */
export function nthLargest(values: Float32Array | Float64Array, n: number, count = values.length): number {
  if (n > count) return Number.NEGATIVE_INFINITY;
  let left = 0;
  let right = count - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1] as number;
    let i = left;
    let j = right;
    while (i <= j) {
      while ((values[i] as number) > pivot) i++;
      while ((values[j] as number) < pivot) j--;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
    if (n - 1 <= j) right = j;
    else if (n - 1 >= i) left = i;
    else break;
  }
  return values[n - 1] as number;
}
