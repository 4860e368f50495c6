import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/base/index.ts";
import { type RunReport, readManifest } from "../../src/registry/index.ts";
import { readRunReport, readVersionReport, retrain, runIdOf } from "../../src/retraining/index.ts";
import { BUSY, oneMoreEvent, params, ports, published, shop, steps } from "./runs.ts";
import { NOW_MS } from "./shop-events.ts";

describe("a run's report", { timeout: 240_000 }, () => {
  it("has every trial of each learner, what came of them, and stands beside the version", async () => {
    const store = await shop(BUSY);
    const run = params();
    const outcome = published(await retrain(ports(store), run, steps()));
    const report = await readVersionReport(store, "shop", outcome.version);
    expect(report).toEqual(await readRunReport(store, "shop", run.runId));
    if (report === null) throw new Error("there is no report");
    const manifest = await readManifest(store, "shop", outcome.version);
    expect(new Set(report.trials.map(({ learner }) => learner))).toEqual(new Set(["popularity", "linear"]));
    expect(report.trials).toHaveLength(manifest?.study?.trials ?? 0);
    expect(report.trials.every(({ workSeconds }) => workSeconds > 0)).toBe(true);
    expect(report).toMatchObject({
      ...{ status: "published", reason: outcome.reason, plan: "search", version: outcome.version },
      ...{ metrics: manifest?.metrics, evaluation: manifest?.evaluation, data: manifest?.data },
      ...{ fits: manifest?.fits, recipe: manifest?.recipe },
      study: { atMs: NOW_MS, figures: manifest?.study?.figures },
    });
    expect(Object.keys(report.metrics)).toEqual(expect.arrayContaining(["ndcg@5", "map@10", "mrr@20"]));
    const { cases = 0, segments = {} } = report.evaluation ?? {};
    for (const kind of ["users", "items"]) {
      const own = Object.entries(segments).filter(([name]) => name.endsWith(kind));
      expect(own.reduce((sum, [, segment]) => sum + segment.cases, 0)).toBe(cases);
    }
    const { model, popularity } = report.exposure;
    expect(model?.gini).toBeLessThan(popularity?.gini ?? 0);
    expect(model?.novelty).toBeGreaterThan(popularity?.novelty ?? 0);
    for (const part of ["study", "evaluate", "likeness"]) expect(report.costs[part], part).toBeGreaterThan(0);
    expect(manifest?.cost?.cpuSeconds).toBeCloseTo(sumOf(report), 6);

    // The recipe fitted again on newer rows: the search that it comes from is still told.
    const requestedAtMs = NOW_MS + DAY_MS / 24;
    const later = { requestedAtMs, runId: runIdOf("shop", "cron", requestedAtMs), reason: "cron" };
    await oneMoreEvent(store);
    await retrain(ports(store), params(later), steps());
    const renewed = await readRunReport(store, "shop", later.runId);
    expect(renewed).toMatchObject({ plan: "renew", startedBy: "cron", trials: report.trials });
    expect(renewed?.costs.study).toBe(0);
  });

  it("counts a search that found nothing better than popularity, on the card too", async () => {
    const store = await shop({ ...BUSY, kind: "noise" });
    const outcome = published(await retrain(ports(store), params(), steps()));
    expect(outcome).toMatchObject({ learner: "popularity", reason: expect.stringMatching(/not superior/) });
    const report = await readVersionReport(store, "shop", outcome.version);
    if (report === null) throw new Error("there is no report");
    for (const part of ["study", "fit", "evaluate", "evaluate-popularity", "refit"]) {
      expect(report.costs[part], part).toBeGreaterThan(0);
    }
    const manifest = await readManifest(store, "shop", outcome.version);
    expect(manifest?.cost?.cpuSeconds).toBeCloseTo(sumOf(report), 6);
  });

  it("tells of a refused run what it came to", async () => {
    const store = await shop(BUSY);
    const failing = [{ table: "bronze.events", check: "volume_drop", reason: "3 rows" }];
    let looks = 0;
    // The data begin to fail while it searches.
    const dataQuality = async () => (looks++ === 0 ? [] : failing);
    const outcome = await retrain({ ...ports(store), dataQuality }, params(), steps());
    const report = await readRunReport(store, "shop", params().runId);
    expect(report).toMatchObject({
      status: "refused",
      reason: "the data fails bronze.events/volume_drop: 3 rows",
      version: null,
      metrics: outcome.status === "refused" ? outcome.metrics : {},
    });
    expect(report?.trials.length).toBeGreaterThan(5);
  });

  it("is kept of a run that had too little data, and of no run that is not there", async () => {
    const store = await shop({ users: 20 });
    await retrain(ports(store), params(), steps());
    const report = await readRunReport(store, "shop", params().runId);
    expect(report).toMatchObject({ status: "too_little_data", trials: [], data: { interactions: 300 } });
    expect(await readRunReport(store, "shop", "none")).toBeNull();
    expect(await readVersionReport(store, "shop", "none")).toBeNull();
  });
});

function sumOf({ costs }: RunReport): number {
  return Object.values(costs).reduce((sum, seconds) => sum + seconds, 0);
}
