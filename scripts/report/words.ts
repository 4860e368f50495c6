/** `2026-11-21 15:09` in UTC. */
export function timeOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).replace("T", " ");
}

export function count(value: number): string {
  return value.toLocaleString("en");
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Enough digits to tell one trial from the next. */
export function fixed(value: number, decimals = 4): string {
  return value.toFixed(decimals).replace("-", "−");
}

export function signed(value: number): string {
  return value > 0 ? `+${fixed(value)}` : fixed(value);
}

/** CPU-seconds, short ones with decimals. */
export function seconds(value: number): string {
  return value >= 100 ? count(Math.round(value)) : value.toFixed(value >= 1 ? 1 : 3);
}

/** Parameters as they are set: `ridge 300, decay 0.5`. */
export function parametersOf(parameters: Readonly<Record<string, string | number | boolean>>): string {
  const named = Object.entries(parameters).map(
    ([name, value]) => `${name} ${typeof value === "number" ? Number(value.toPrecision(6)) : value}`,
  );
  return named.length === 0 ? "–" : named.join(", ");
}
