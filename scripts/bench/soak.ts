import { MINUTE_MS } from "../../src/base/index.ts";
import { formFor } from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import type { Progress } from "../progress.ts";
import { latenciesOf } from "./latency.ts";
import { type LoadGenerator, startLoad } from "./load.ts";
import { measureCold } from "./serve-cold.ts";
import { makeModel } from "./serve-model.ts";
import { createQuestions, type Questions } from "./serve-questions.ts";
import { highestRate, offer, RATE_MIN } from "./serve-rate.ts";
import { benchEntry, prepareState } from "./serve-state.ts";
import { type Site, withSite } from "./site.ts";
import { type Beside, beginBeside, openShop } from "./soak-beside.ts";
import { Judge, type Verdicts } from "./soak-check.ts";
import { heldMb } from "./soak-memory.ts";
import { addSecond, swapTo } from "./soak-versions.ts";

export interface SoakReport extends Verdicts {
  p99Ms: number;
  /** Of the isolates of edge and scorer together, from the begin to the end, garbage collected before either. */
  memoryGrowthMb: number;
  memoryMb: { begin: number; end: number };
  ratePerSecond: number;
  /** False: no rate held p99 < 50 ms beside all the rest, and the lowest was taken. Absent where the rate was given. */
  rateHolds?: boolean;
  /** What went on beside the answers: events accepted, retrains that came to their end, promotions. */
  events: number;
  retrains: number;
  swaps: number;
}

export interface SoakOptions {
  minutes: number;
  /** Answers a second; absent: the highest rate that holds p99 < 50 ms beside all the rest. */
  rate?: number;
  items: number;
  tiny: boolean;
  seed: number;
}

const DIMS = 64;
const HISTORY = 50;
const ROUND_SECONDS = 5;
const HELD = { share: 0.99, ms: 50 };
/** Long enough to meet more than one phase of the retrain beside it. */
const STEP_SECONDS = 20;
const TINY = { seconds: 30, swapEveryMs: 10_000, rate: 20 };

/** Answers at a rate for a long time, while events flow in, a retrain runs and the live model changes every minute. */
export async function benchSoak(options: SoakOptions, progress: Progress): Promise<SoakReport> {
  const { items, seed, tiny } = options;
  progress.say(`Making a model of ${items} items`);
  const model = await makeModel({ items, dims: DIMS, seed }, formFor(items), nodeEngine());
  const state = await prepareState(model, { users: 10, history: HISTORY, seed });
  const entries = { scorer: benchEntry("watched-scorer.ts") };
  const load = startLoad();
  try {
    return await withSite(await state.open({ entries, inspectorPort: 0 }), async (site) => {
      const second = await addSecond(site, model);
      const shop = await openShop(site, { scale: tiny ? "tiny" : "demo", seed }, progress);
      const questions = createQuestions({ items, history: HISTORY, seed }, site.publishableKey);
      await measureCold(load, site, questions.plain);
      // Each once before memory is looked at: while two models are loaded beside each other, Wasm takes room that it keeps.
      for (const version of [second, state.version]) await swapTo(site, questions, version);
      const marks = new Map([
        [state.version, "a"],
        [second, "b"],
      ]);
      const swapEveryMs = tiny ? TINY.swapEveryMs : MINUTE_MS;
      const beginMb = await heldMb(site);
      const beside = beginBeside(site, { items, seed, shop, swapEveryMs, versions: [...marks.keys()] });
      try {
        const soaking = { load, questions, judge: new Judge(marks), beside, beginMb };
        return await soak(site, options, soaking, progress);
      } finally {
        await beside.stop();
      }
    });
  } finally {
    await load.close();
    await state.remove();
  }
}

interface Soaking {
  load: LoadGenerator;
  questions: Questions;
  judge: Judge;
  beside: Beside;
  beginMb: number;
}

async function soak(
  site: Site,
  { minutes, rate, tiny }: SoakOptions,
  { load, questions, judge, beside, beginMb }: Soaking,
  progress: Progress,
): Promise<SoakReport> {
  const asked = { url: site.url, request: questions.titled };
  const fixed = rate ?? (tiny ? TINY.rate : undefined);
  progress.say(fixed === undefined ? "Looking for the highest rate" : `${fixed} a second`);
  const highest = fixed ?? (await highestRate(load, { ...asked, seconds: STEP_SECONDS }, HELD));
  const ratePerSecond = Math.max(highest, RATE_MIN);
  if (highest === 0) progress.say(`No rate holds p99 < ${HELD.ms} ms: ${RATE_MIN} a second`);
  const rounds = Math.ceil((tiny ? TINY.seconds : 60 * minutes) / ROUND_SECONDS);
  const part = progress.part("Soaking", rounds);
  const latenciesMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const answered = await offer(load, { ...asked, ratePerSecond, seconds: ROUND_SECONDS });
    judge.add(answered.answers ?? []);
    for (const latencyMs of answered.latenciesMs) latenciesMs.push(latencyMs);
    beside.check();
    part.update(round + 1, `${judge.verdicts.errors} errors`);
  }
  part.finish();
  const done = await beside.stop();
  const endMb = await heldMb(site);
  return {
    ...judge.verdicts,
    p99Ms: latenciesOf(latenciesMs).p99Ms,
    memoryGrowthMb: Math.round(10 * (endMb - beginMb)) / 10,
    memoryMb: { begin: beginMb, end: endMb },
    ratePerSecond,
    ...(fixed === undefined ? { rateHolds: highest > 0 } : {}),
    ...done,
  };
}
