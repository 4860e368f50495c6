import { setTimeout as sleep } from "node:timers/promises";
import type { LoadGenerator, LoadRequest } from "./load.ts";
import { offer } from "./serve-rate.ts";
import type { Site } from "./site.ts";

export interface ColdReport {
  /** Of the first request that the process ever gets, which the ladder answers. */
  firstAnswerMs: number;
  /** From that request until the first answer of the model, its download and ONNX Runtime's start between them. */
  firstLiveMs: number;
  /** The longest that any request waited until then. */
  maxStallMs: number;
}

const EVERY_MS = 20;
const ROUND_SECONDS = 2;
const ROUNDS_MAX = 30;

/** A request every 20 ms to a process that nothing has asked anything yet, until the model answers. */
export async function measureCold(
  load: LoadGenerator,
  { url }: Site,
  request: () => LoadRequest,
): Promise<ColdReport> {
  const begunMs = performance.now();
  let first: number | undefined;
  let stallMs = 0;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const roundMs = performance.now() - begunMs;
    const ratePerSecond = 1_000 / EVERY_MS;
    const { latenciesMs, answers = [] } = await offer(load, {
      ...{ url, request, ratePerSecond, seconds: ROUND_SECONDS },
    });
    const failed = answers.find(({ status }) => status !== 200);
    if (failed !== undefined) throw new Error(`while cold: ${failed.status} ${failed.text.slice(0, 300)}`);
    first ??= latenciesMs[0] as number;
    const live = answers.findIndex(({ text }) => isModels(text));
    const until = live < 0 ? latenciesMs : latenciesMs.slice(0, live + 1);
    stallMs = Math.max(stallMs, ...until);
    if (live >= 0) {
      const firstLiveMs = roundMs + live * EVERY_MS + (latenciesMs[live] as number);
      return {
        firstAnswerMs: whole(first),
        firstLiveMs: Math.round(firstLiveMs),
        maxStallMs: whole(stallMs),
      };
    }
    await sleep(EVERY_MS);
  }
  throw new Error(`no answer of the model within ${ROUNDS_MAX * ROUND_SECONDS} s`);
}

/** Whether the answer's items are the model's own. */
export function isModels(text: string): boolean {
  const { items } = JSON.parse(text) as { items: { source: string }[] };
  return items.length > 0 && items.every(({ source }) => source === "model");
}

function whole(ms: number): number {
  return Math.round(10 * ms) / 10;
}
