import { describe, expect, it } from "vitest";
import { decide, GATE_CASES_MIN, type LiveComparison } from "../../src/retraining/index.ts";

const at = (value: number, halfWidth = 0) => ({ value, low: value - halfWidth, high: value + halfWidth });

/** A metric whose difference has the given value and half-width; the rival stands at 0.2. */
function metric(difference: number, halfWidth: number) {
  return { model: at(0.2 + difference), popularity: at(0.2), difference: at(difference, halfWidth) };
}

function against(live: LiveComparison["metric"]) {
  return decide(1_000, { "ndcg@10": metric(0.1, 0.01) }, { version: "v1", cases: 500, metric: live });
}

describe("the gate", () => {
  it("needs cases, and superiority to popularity beyond the interval", () => {
    const good = { "ndcg@10": metric(0.1, 0.01) };
    expect(decide(GATE_CASES_MIN - 1, good, null)).toMatchObject({ pass: false });
    expect(decide(GATE_CASES_MIN, good, null)).toMatchObject({ pass: true });
    expect(decide(GATE_CASES_MIN, { "ndcg@10": metric(0.1, 0.11) }, null)).toMatchObject({
      pass: false,
      reason: expect.stringContaining("not superior to popularity"),
    });
  });

  it("refuses what is inferior to the live model, where the cases can tell", () => {
    expect(against(metric(0, 0.003))).toMatchObject({ pass: true });
    expect(against(metric(-0.002, 0.003))).toMatchObject({ pass: false });
    expect(against(metric(0.01, 0.003))).toMatchObject({ pass: true });
  });

  it("does not refuse an equal model only because few cases make a wide interval", () => {
    expect(against(metric(-0.005, 0.03))).toMatchObject({ pass: true });
    expect(against(metric(-0.05, 0.03))).toMatchObject({ pass: false });
    expect(against(null)).toMatchObject({ pass: true, reason: expect.stringContaining("only 500 cases") });
  });
});
