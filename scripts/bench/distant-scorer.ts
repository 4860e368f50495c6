import type { ScoreAnswer } from "../../src/registry/index.ts";
import { delayed } from "./distant-bindings.ts";
import WatchedScorer from "./watched-scorer.ts";

/** The scorer Worker as it is, on a bucket that is far away. */
export default class DistantScorer extends WatchedScorer {
  constructor(context: ExecutionContext, env: ScorerEnv) {
    super(context, { ...env, LAKE: delayed(env.LAKE) });
  }

  /** What one that has nothing in memory says at once. */
  cold(): ScoreAnswer {
    return { status: "cold" };
  }
}
