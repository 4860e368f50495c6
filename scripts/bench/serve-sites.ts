import type { Progress } from "../progress.ts";
import { startEmpty } from "./empty.ts";
import type { Measured } from "./latency.ts";
import { type LoadRequest, startLoad } from "./load.ts";
import { type ColdReport, measureCold } from "./serve-cold.ts";
import { measureAnswerCpu } from "./serve-cpu.ts";
import { type DistantReport, measureDistant } from "./serve-distant.ts";
import { measureScorerMemory } from "./serve-memory.ts";
import { measureOffered, type Offered } from "./serve-offered.ts";
import type { Questions } from "./serve-questions.ts";
import { offer } from "./serve-rate.ts";
import { measureRows, type RowsSize, type Target } from "./serve-rows.ts";
import { benchEntry, type PreparedState } from "./serve-state.ts";
import { withSite } from "./site.ts";

type Row = "empty" | "cached" | "live" | "cacheApi" | "kv";

export interface Sites extends Record<Row, Measured & { ofEmpty: number }>, Offered {
  /** Of the isolates of edge and scorer together. */
  cpuMsPerAnswer: number;
  cold: ColdReport;
  distant: DistantReport;
  memoryMb: number;
}

export interface SitesSize extends RowsSize {
  /** Of each of the distant kinds. */
  distantRequests: number;
  /** In turn, of the empty Worker and the live one. */
  offeredRounds: number;
  /** Of each step of the search for the highest rate. */
  stepSeconds: number;
}

/** The Workers as they are; and beside them, where a row needs it, Workers whose bindings do as they are asked. All in one run. */
export async function measureSites(
  state: PreparedState,
  questions: Questions,
  size: SitesSize,
  progress: Progress,
): Promise<Sites> {
  const load = startLoad();
  const empty = await startEmpty();
  try {
    // So that the first request of the cold process does not wait for this side's own code.
    await offer(load, { url: empty.url, request: () => ({ path: "/" }), ratePerSecond: 50, seconds: 1 });
    return await withSite(await state.open({}), async (site) => {
      progress.say("A process that starts");
      const cold = await measureCold(load, site, questions.plain);
      const entries = { edge: benchEntry("distant-edge.ts"), scorer: benchEntry("distant-scorer.ts") };
      return withSite(await state.open({ entries, inspectorPort: 0 }), async (other) => {
        const { firstLiveMs: coldMs } = await measureCold(load, other, questions.plain);
        const urls = { empty: empty.url, site: site.url, other: other.url };
        const rows = await measureRows(targetsOf(urls, questions), load, size, progress);
        progress.say("At a rate");
        const offered = await measureOffered(load, { site, emptyUrl: empty.url, questions }, size);
        const seconds = 4 * size.stepSeconds;
        const cpuMsPerAnswer = await measureAnswerCpu(load, other, questions.live, seconds);
        progress.say("At a distance");
        const distant = await measureDistant(load, other, state, { requests: size.distantRequests, coldMs });
        const requests = Array.from({ length: size.throughputRequests }, questions.live);
        const memoryMb = await measureScorerMemory(load, other, requests);
        return { ...withShares(rows), ...offered, cpuMsPerAnswer, cold, distant, memoryMb };
      });
    });
  } finally {
    await load.close();
    await empty.dispose();
  }
}

function targetsOf(
  { empty, site, other }: { empty: string; site: string; other: string },
  questions: Questions,
): Record<Row, Target> {
  const refuse = ['"degraded"'];
  const demand = '"source":"model"';
  const via = (mode: string, request: () => LoadRequest) => () => ({
    ...request(),
    headers: { "x-bench": mode },
  });
  return {
    empty: { url: empty, request: () => ({ path: "/" }), refuse: [] },
    cached: { url: site, request: questions.cached, refuse, demand },
    live: { url: site, request: questions.live, refuse, demand },
    cacheApi: {
      ...{ url: other, request: via("cache-api", questions.cached), refuse: [], demand },
      // The second finds the list of the first in memory, and only then the location is given a copy.
      before: () => [questions.cached(), questions.cached()],
    },
    kv: {
      ...{ url: other, request: via("kv", questions.nobody), refuse, demand: '"source":"popular"' },
    },
  };
}

function withShares(rows: Record<Row, Measured>): Record<Row, Measured & { ofEmpty: number }> {
  const share = (row: Measured) => ({
    ...row,
    ofEmpty: Math.round((100 * row.reqPerSecond) / rows.empty.reqPerSecond) / 100,
  });
  const { empty, cached, live, cacheApi, kv } = rows;
  return {
    empty: share(empty),
    cached: share(cached),
    live: share(live),
    cacheApi: share(cacheApi),
    kv: share(kv),
  };
}
