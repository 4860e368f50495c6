import { WorkerEntrypoint } from "cloudflare:workers";
import { r2ObjectStore } from "../src/base/index.ts";
import type { ScoreAnswer, ScoreRequest, ScorerRpc } from "../src/registry/index.ts";
import { workerdEngine } from "../src/runtime/index.ts";
import { createScorer, type Scorer as ScoringRoom } from "../src/scoring/index.ts";

/** Models of all tenants, kept over the requests of this isolate. */
let scorer: ScoringRoom | undefined;

/** Reached by RPC only, from the edge. ONNX Runtime starts with the first model, never with the isolate. */
export default class Scorer extends WorkerEntrypoint<ScorerEnv> implements ScorerRpc {
  score(request: ScoreRequest): Promise<ScoreAnswer> {
    scorer ??= createScorer({
      store: r2ObjectStore(this.env.LAKE),
      engine: workerdEngine(),
      sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
      onFault: (fault) => console.error(JSON.stringify({ event: "scorer_fault", ...fault })),
    });
    return scorer.score(request, { waitUntil: (promise) => this.ctx.waitUntil(promise) });
  }
}
