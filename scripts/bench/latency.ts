export interface Latencies {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
}

export interface Measured extends Latencies {
  reqPerSecond: number;
}

/** What one round of requests gave. */
export interface Round {
  latenciesMs: number[];
  seconds: number;
}

/** The value below which a share of the values lies, by nearest rank; `sorted` ascending and not empty. */
export function percentile(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] as number;
}

export function latenciesOf(latenciesMs: readonly number[]): Latencies {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  return {
    p50Ms: rounded(percentile(sorted, 0.5)),
    p95Ms: rounded(percentile(sorted, 0.95)),
    p99Ms: rounded(percentile(sorted, 0.99)),
  };
}

/** Latencies over all rounds together; throughput as requests over time, of all rounds too. */
export function summarise(rounds: { latency: Round[]; throughput: Round[] }): Measured {
  const requests = rounds.throughput.reduce((sum, round) => sum + round.latenciesMs.length, 0);
  const seconds = rounds.throughput.reduce((sum, round) => sum + round.seconds, 0);
  return {
    ...latenciesOf(rounds.latency.flatMap((round) => round.latenciesMs)),
    reqPerSecond: Math.round(requests / seconds),
  };
}

function rounded(ms: number): number {
  return Number(ms.toFixed(3));
}
