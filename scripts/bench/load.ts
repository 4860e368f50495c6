import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Round } from "./latency.ts";

export interface LoadRequest {
  /** Path and query. */
  path: string;
  /** Sent by POST as JSON; a GET without. */
  body?: string;
}

export interface LoadOrder {
  url: string;
  requests: LoadRequest[];
  /** Kept-alive connections, each with one request at a time. */
  connections: number;
  /** Texts that no answer may hold: what would make the round measure something else. */
  refuse: string[];
}

export type LoadAnswer = Round | { error: string };

export interface LoadGenerator {
  /** Rejects at the first answer that is not 200 or holds a refused text. */
  run(order: LoadOrder): Promise<Round>;
  close(): Promise<void>;
}

/** A thread of its own, so that measuring does not wait for whatever this process does. One order at a time. */
export function startLoad(): LoadGenerator {
  const worker = new Worker(new URL("./load-worker.ts", import.meta.url));
  return {
    async run(order) {
      const answered = once(worker, "message");
      worker.postMessage(order);
      const [answer] = (await answered) as [LoadAnswer];
      if ("error" in answer) throw new Error(answer.error);
      return answer;
    },
    async close() {
      await worker.terminate();
    },
  };
}
