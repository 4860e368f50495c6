import type { Progress } from "../progress.ts";
import { type Measured, type Round, summarise } from "./latency.ts";
import type { LoadGenerator, LoadRequest } from "./load.ts";

/** One row of a report: what is asked, of whom, and what shows that it was answered from where it should be. */
export interface Target {
  url: string;
  request: () => LoadRequest;
  /** Texts that no answer may hold. */
  refuse: string[];
  /** A text that every answer must hold. */
  demand?: string;
  /** Asked one after the other before each round, whatever is answered. */
  before?: () => LoadRequest[];
}

export interface RowsSize {
  rounds: number;
  /** Of one target in one round: one at a time for latency, then many at once for throughput. */
  latencyRequests: number;
  throughputRequests: number;
}

/** Enough to keep one thread busy while answers travel. */
const CONNECTIONS = 16;
/** Requests that wake everything before the first round counts. */
const WARM_UP = 50;

/** Rounds are interleaved, so that whatever else slows the machine slows all rows alike and their ratios stay honest. */
export async function measureRows<Name extends string>(
  targets: Record<Name, Target>,
  load: LoadGenerator,
  size: RowsSize,
  progress: Progress,
): Promise<Record<Name, Measured>> {
  const names = Object.keys(targets) as Name[];
  const run = ({ url, request, refuse, demand }: Target, count: number, connections: number) =>
    load.run({
      ...{ url, connections, refuse, requests: Array.from({ length: count }, request) },
      ...(demand === undefined ? {} : { demand }),
    });
  const prepare = async ({ url, before }: Target) => {
    if (before === undefined) return;
    await load.run({ url, requests: before(), connections: 1, refuse: [] });
  };
  const rounds = Object.fromEntries(names.map((name) => [name, newRounds()])) as Record<Name, Rounds>;
  for (const name of names) {
    await prepare(targets[name]);
    await run(targets[name], WARM_UP, 1);
  }
  const part = progress.part("Measuring", size.rounds);
  for (let round = 0; round < size.rounds; round++) {
    for (const name of names) {
      const target = targets[name];
      await prepare(target);
      rounds[name].latency.push(await run(target, size.latencyRequests, 1));
      rounds[name].throughput.push(await run(target, size.throughputRequests, CONNECTIONS));
    }
    part.update(round + 1);
  }
  part.finish();
  return Object.fromEntries(names.map((name) => [name, summarise(rounds[name])])) as Record<Name, Measured>;
}

interface Rounds {
  latency: Round[];
  throughput: Round[];
}

function newRounds(): Rounds {
  return { latency: [], throughput: [] };
}
