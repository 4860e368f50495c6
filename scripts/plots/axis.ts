/** An axis from one number to another; labels stand at the ticks. */
export interface Axis {
  label: string;
  ticks: readonly number[];
  low: number;
  high: number;
  /** Equal distances are equal ratios; `low` is above 0. */
  isLogarithmic?: boolean;
  format(value: number): string;
}

/** Of equal ratios, from a round number to a round number, ticks at powers of ten; values are above 0. */
export function logarithmicAxis(values: readonly number[], label: string): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const first = Math.floor(Math.log10(least) + 1e-9);
  const last = Math.max(first + 1, Math.floor(Math.log10(most) + 1e-9));
  const rounds = [1, 2, 5, 10].map((factor) => factor * 10 ** last);
  const high = rounds.find((round) => round >= most) ?? most;
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
  const format = (value: number) =>
    value.toLocaleString("en", { maximumFractionDigits: Math.max(0, -first) });
  return { label, ticks, low: ticks[0] as number, high, isLogarithmic: true, format };
}

/** From a round number to a round number around all values. */
export function axisAround(
  values: readonly number[],
  { label, format }: Pick<Axis, "label"> & { format?: (value: number) => string },
): Axis {
  const finite = values.filter(Number.isFinite);
  const ticks = ticksOf(finite.length === 0 ? [0, 1] : finite);
  const [low, high] = [ticks[0] as number, ticks.at(-1) as number];
  return { label, ticks, low, high, format: format ?? plainFormat(ticks) };
}

/** Three to eight round numbers that hold all values. */
export function ticksOf(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const rough = (high - low || Math.abs(high) || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** As many decimals as tell the ticks apart. */
function plainFormat(ticks: readonly number[]): (value: number) => string {
  const step = (ticks[1] as number) - (ticks[0] as number);
  const decimals = Math.min(8, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  const format = new Intl.NumberFormat("en", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return (value) => format.format(value).replace("-", "−");
}
