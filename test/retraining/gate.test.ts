import { describe, expect, it } from "vitest";
import { compareRanks } from "../../src/learn/index.ts";
import {
  decide,
  type Exposures,
  GATE_CASES_MIN,
  GATE_USERS_MIN,
  judgeAgainstPopularity,
  type LiveComparison,
} from "../../src/retraining/index.ts";

const at = (value: number, halfWidth = 0) => ({ value, low: value - halfWidth, high: value + halfWidth });

/** A metric whose difference has the given value and half-width; the rival stands at 0.2, so the margin is 0.004. */
function metric(difference: number, halfWidth: number) {
  return { model: at(0.2 + difference), popularity: at(0.2), difference: at(difference, halfWidth) };
}

const ENOUGH = { cases: GATE_CASES_MIN, users: GATE_USERS_MIN };

const GOOD = { "ndcg@10": metric(0.1, 0.01) };

function against(live: LiveComparison["metric"], isSame = false) {
  return decide(ENOUGH, GOOD, { version: "v1", cases: 500, metric: live, isSame }, null);
}

describe("the gate", () => {
  it("needs cases, and superiority to popularity beyond the interval", () => {
    expect(judgeAgainstPopularity({ ...ENOUGH, cases: GATE_CASES_MIN - 1 }, GOOD)).toMatchObject({
      pass: false,
      reason: expect.stringContaining("1000 are needed"),
    });
    expect(judgeAgainstPopularity(ENOUGH, GOOD)).toMatchObject({ pass: true });
    expect(judgeAgainstPopularity(ENOUGH, { "ndcg@10": metric(0.1, 0.11) })).toMatchObject({
      pass: false,
      reason: expect.stringContaining("not superior to popularity"),
    });
    expect(decide(ENOUGH, { "ndcg@10": metric(0.1, 0.11) }, null, null)).toMatchObject({
      pass: false,
    });
  });

  it("needs users, for the cases of one have no interval, however many", async () => {
    const found = Float64Array.from({ length: GATE_CASES_MIN }, () => 10);
    const ranks = { model: found, popularity: found.map(() => Number.POSITIVE_INFINITY) };
    const metrics = await compareRanks(ranks, new Uint32Array(GATE_CASES_MIN), 1, async () => {});
    expect(metrics["ndcg@10"]?.difference.low).toBeGreaterThan(0);
    const refused = { pass: false, reason: expect.stringContaining("100 are needed") };
    expect(judgeAgainstPopularity({ ...ENOUGH, users: 1 }, metrics)).toMatchObject(refused);
    expect(judgeAgainstPopularity({ ...ENOUGH, users: GATE_USERS_MIN - 1 }, GOOD)).toMatchObject(refused);
    expect(decide({ ...ENOUGH, users: GATE_USERS_MIN - 1 }, GOOD, null, null)).toMatchObject(refused);
  });

  it("refuses what may be over 2 % worse than the live model, where the cases can tell", () => {
    expect(against(metric(0, 0.003))).toMatchObject({ pass: true, isSuperior: false });
    expect(against(metric(-0.002, 0.003))).toMatchObject({
      pass: false,
      reason: expect.stringContaining("inferior to live v1"),
    });
    expect(against(metric(0.002, 0.0062))).toMatchObject({ pass: true });
    expect(against(metric(0.01, 0.003))).toMatchObject({ pass: true, isSuperior: true });
  });

  it("where an interval is wider than the margin, lets the better figure pass and no other", () => {
    expect(against(metric(0.001, 0.03))).toMatchObject({
      pass: true,
      isSuperior: false,
      reason: expect.stringContaining("not beyond doubt"),
    });
    expect(against(metric(-0.001, 0.03))).toMatchObject({ pass: false });
    expect(against(null)).toMatchObject({ pass: true, reason: expect.stringContaining("only 500 cases") });
  });

  it("lets the live model's own recipe pass without a comparison", () => {
    expect(against(null, true)).toMatchObject({
      pass: true,
      isSuperior: false,
      reason: expect.stringContaining("the recipe of live v1"),
    });
  });
});

describe("the floors", () => {
  const shown = (coverage: number, recentShare: number) => ({ coverage, recentShare });
  const judged = (exposures: Exposures) => decide(ENOUGH, GOOD, null, exposures);

  it("keep a model from showing less of the catalogue than one list for everybody, or half of the live one", () => {
    expect(judged({ model: shown(0.2, 0), popularity: shown(0.1, 0) })).toMatchObject({ pass: true });
    expect(judged({ model: shown(0.05, 0), popularity: shown(0.1, 0) })).toMatchObject({
      pass: false,
      reason: expect.stringContaining("5.0 % of the catalogue, those of popularity 10.0 %"),
    });
    const live = { live: shown(0.6, 0), besideLive: shown(0.29, 0) };
    expect(judged({ model: shown(0.29, 0), popularity: shown(0.1, 0), ...live })).toMatchObject({
      pass: false,
      reason: expect.stringContaining("the live model"),
    });
  });

  it("keep a model from hiding what is new, where others show it", () => {
    expect(judged({ model: shown(1, 0), popularity: shown(0.1, 0.005) })).toMatchObject({ pass: true });
    expect(judged({ model: shown(1, 0.01), popularity: shown(0.1, 0.1) })).toMatchObject({
      pass: false,
      reason: expect.stringContaining("new items have 1.0 %"),
    });
    const live = { live: shown(1, 0.1), besideLive: shown(1, 0.04) };
    expect(judged({ model: shown(1, 0.04), popularity: shown(0.1, 0.1), ...live })).toMatchObject({
      pass: false,
      reason: expect.stringContaining("4.0 % of its lists' places, 10.0 % with the live model"),
    });
  });
});
