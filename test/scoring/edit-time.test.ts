import { expect, it } from "vitest";
import { SECOND_MS } from "../../src/base/index.ts";
import { OVERLAY_POLL_MS } from "../../src/scoring/refresh.ts";
import { LIVE_LIFE_MS } from "../../src/serving/limits.ts";
import { OVERLAY_INTERVAL_MS } from "../../workers/pipeline-overlay.ts";

it("shows an edit within 30 s: overlay, scorer and edge each add their own delay", () => {
  const delaysMs = {
    untilTheOverlayIsWritten: OVERLAY_INTERVAL_MS,
    untilTheScorerLooksAgain: OVERLAY_POLL_MS,
    untilARequestComesThroughToTheScorer: LIVE_LIFE_MS,
    untilTheRequestAfterTheOneThatBeganTheLook: LIVE_LIFE_MS,
  };
  const sumMs = Object.values(delaysMs).reduce((sum, delayMs) => sum + delayMs, 0);
  // Five seconds are left for the calls themselves.
  expect(sumMs).toBeLessThanOrEqual(25 * SECOND_MS);
});
