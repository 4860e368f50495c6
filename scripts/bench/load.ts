import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Round } from "./latency.ts";

export interface LoadRequest {
  /** Path and query. */
  path: string;
  /** Sent by POST as JSON; a GET without. */
  body?: string;
  /** Beside those of every request. */
  headers?: Record<string, string>;
}

export interface LoadOrder {
  url: string;
  requests: LoadRequest[];
  /** Kept-alive connections, each with one request at a time. */
  connections: number;
  /** Texts that no answer may hold: what would make the round measure something else. */
  refuse: string[];
  /** A text that every answer must hold. */
  demand?: string;
  /**
   * Offered: requests are due at even distances, whether or not earlier ones were answered, and their latency counts from when they
   * were due. Absent: each is sent as soon as a connection is free.
   */
  ratePerSecond?: number;
  /** Hands the answers over whatever they are, an error's status being 0, instead of refusing any. */
  keepAnswers?: true;
}

export interface LoadedAnswer {
  status: number;
  text: string;
}

/** What a round came to; `answers`, where they were to be kept, in the order of the requests, as are the latencies then. */
export interface LoadRound extends Round {
  answers?: LoadedAnswer[];
}

export type LoadOutcome = LoadRound | { error: string };

export interface LoadGenerator {
  /** Rejects at the first answer that is not 200, holds a refused text or lacks the demanded one. */
  run(order: LoadOrder): Promise<LoadRound>;
  close(): Promise<void>;
}

/** A thread of its own, so that measuring does not wait for whatever this process does. One order at a time. */
export function startLoad(): LoadGenerator {
  const worker = new Worker(new URL("./load-worker.ts", import.meta.url));
  return {
    async run(order) {
      const answered = once(worker, "message");
      worker.postMessage(order);
      const [outcome] = (await answered) as [LoadOutcome];
      if ("error" in outcome) throw new Error(outcome.error);
      return outcome;
    },
    async close() {
      await worker.terminate();
    },
  };
}
