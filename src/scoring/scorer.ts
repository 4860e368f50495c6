import { SECOND_MS } from "../base/index.ts";
import type { ScoreAnswer, ScoreRequest } from "../registry/index.ts";
import { answerFrom } from "./answer.ts";
import { answerBeside } from "./beside.ts";
import type { ScoringPorts } from "./ports.ts";
import { refreshIfDue } from "./refresh.ts";
import { Shelf } from "./tenant.ts";

/** Older than this, what is known of pointer and overlay is worth a short wait. */
const STALE_MS = 30 * SECOND_MS;
/** Two reads of R2 take a few milliseconds nearby; who waits longer gets the model that is there. Bounds I/O only. */
const STALE_WAIT_MS = 20;
/** People who ask why wait for a model that is being loaded, a second or two, rather than be told to ask again. */
const EXPLAIN_WAIT_MS = 4_000;

export interface Scorer {
  /** Never waits for a model, but to explain a list, or to tell what another version's would be. `waitUntil` keeps the background work alive after the answer. */
  score(request: ScoreRequest, context: { waitUntil(promise: Promise<unknown>): void }): Promise<ScoreAnswer>;
}

/** One per isolate: it holds the models of all tenants. */
export function createScorer(ports: ScoringPorts): Scorer {
  const shelf = new Shelf();
  return {
    async score(request, { waitUntil }) {
      const { tenant, nowMs, version } = request;
      shelf.beside.retireIfIdle(nowMs);
      const slot = shelf.touch(tenant);
      refreshIfDue(ports, shelf, slot, { nowMs, waitUntil });
      const mayWait = slot.view !== null || slot.liveVersion === null;
      if (mayWait && slot.refresh !== null && nowMs - slot.checkedAtMs > STALE_MS) {
        await Promise.race([slot.refresh.checked, ports.sleep(STALE_WAIT_MS)]);
      }
      if (request.explain === true && slot.view === null && slot.refresh !== null) {
        await Promise.race([slot.refresh.loaded, ports.sleep(EXPLAIN_WAIT_MS)]);
      }
      // Read after the wait: the view may be another by now, and stays this one until the answer.
      const { view } = slot;
      if (version !== undefined && version !== view?.model.manifest.version) {
        const answer = answerBeside(ports, shelf, { slot, request, version });
        // Goes on though nobody waits any more: the next question finds the version loaded.
        waitUntil(answer);
        return answer;
      }
      if (view !== null) return answerFrom(view, request);
      return slot.liveVersion === null ? { status: "no_model" } : { status: "cold" };
    },
  };
}
