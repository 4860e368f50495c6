/** Of a hundred, with one digit; a dash where there is nothing to divide by. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : ((100 * part) / whole).toFixed(1);
}

/** Nothing converts one currency into another. */
export const AS_SENT =
  "Amounts are as your purchases were sent, in their currency; several are added as they are.";

/** Money as it was sent, whatever its currency. */
export function amount(value: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: 2 });
}

/** 0.204 → `+20 %`; more than tenfold without digits that nobody needs. */
export function change(value: number): string {
  const rounded = Math.round(100 * value);
  const sign = rounded > 0 ? "+" : rounded < 0 ? "−" : "±";
  return `${sign}${Math.abs(rounded).toLocaleString()} %`;
}

const Z = 1.96;

/** 95 % interval of a share (Wilson, JASA 1927). */
export function wilson(successes: number, trials: number): [number, number] {
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const centre = share + Z ** 2 / (2 * trials);
  const spread = Z * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  const scale = 1 + Z ** 2 / trials;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}
