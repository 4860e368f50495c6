import type { Engine, Session, Tensor } from "../../src/base/index.ts";
import type { ScoreRequest } from "../../src/registry/index.ts";
import { createScorer, type Fault, type ScoringPorts } from "../../src/scoring/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

export const T0 = Date.UTC(2026, 10, 21);

export function requestOf(
  tenant: string,
  items: readonly string[],
  more: Partial<ScoreRequest> = {},
): ScoreRequest {
  const nowMs = more.nowMs ?? T0;
  return {
    tenant,
    nowMs,
    history: items.map((itemId) => ({ itemId, typeCode: 1, weight: 1, occurredAtMs: nowMs - 60_000 })),
    exclude: [],
    excludeHistory: true,
    limit: 10,
    fields: [],
    ...more,
  };
}

/** Counts what an engine is asked, and shows the feeds of each run. */
export interface EngineLog {
  loads: number;
  releases: number;
  runs: Record<string, Tensor>[];
}

export function observed(engine: Engine): { engine: Engine; log: EngineLog } {
  const log: EngineLog = { loads: 0, releases: 0, runs: [] };
  const wrap = (session: Session): Session => ({
    run: (feeds) => {
      log.runs.push(feeds);
      return session.run(feeds);
    },
    release: () => {
      log.releases++;
      return session.release();
    },
  });
  return {
    log,
    engine: {
      async load(model) {
        log.loads++;
        return wrap(await engine.load(model));
      },
    },
  };
}

/** A scorer over an empty store in memory, with what a Worker would give it. */
export function harness(inner: Engine, more: Partial<ScoringPorts> = {}) {
  const store = memoryObjectStore();
  const { engine, log } = observed(inner);
  const faults: Fault[] = [];
  const background: Promise<unknown>[] = [];
  const scorer = createScorer({
    store,
    engine,
    sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
    onFault: (fault) => faults.push(fault),
    ...more,
  });
  const context = { waitUntil: (promise: Promise<unknown>) => void background.push(promise) };
  const score = (request: ScoreRequest) => scorer.score(request, context);
  return {
    store,
    log,
    faults,
    background,
    score,
    /** Waits for all that `waitUntil` was given. */
    async settle() {
      while (background.length > 0) await background.pop();
    },
    /** Asks once and waits until what that began is done, so that the model is loaded. */
    async warm(tenant: string, nowMs = T0) {
      const first = await score(requestOf(tenant, [], { nowMs }));
      await this.settle();
      return first;
    },
  };
}

export const idsOf = (answer: { items?: { itemId: string }[] }) => answer.items?.map(({ itemId }) => itemId);
