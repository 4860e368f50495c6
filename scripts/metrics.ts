import type { Interval, Metric } from "../src/registry/index.ts";

/** One line per metric: the model, popularity on the same cases, and the paired difference with its interval. */
export function printMetrics(metrics: Record<string, Metric>, print: (line: string) => void): void {
  for (const [name, { model, popularity, difference }] of Object.entries(metrics)) {
    print(
      `${name.padEnd(12)} model ${interval(model)}   popularity ${interval(popularity)}   difference ${interval(difference)}`,
    );
  }
}

function interval({ value, low, high }: Interval): string {
  return `${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
}
