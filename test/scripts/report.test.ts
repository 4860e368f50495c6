import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ApiClient } from "../../scripts/client/index.ts";
import { axisAround, linePlot, logarithmicAxis } from "../../scripts/plots/index.ts";
import { pageOf, readRunReport, writeRunReport, writeVersionReport } from "../../scripts/report/index.ts";
import { type Manifest, manifestSchema, type RunReport, reportSchema } from "../../src/registry/index.ts";

const interval = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 });
const metric = (model: number, popularity: number) => ({
  model: interval(model),
  popularity: interval(popularity),
  difference: interval(model - popularity),
});
const HASHES = { evaluated: "e".repeat(64), published: "f".repeat(64) };

const REPORT: RunReport = reportSchema.parse({
  v: 1,
  run: "shop-run-7",
  requestedAtMs: Date.UTC(2026, 10, 21, 15, 9),
  startedBy: "import",
  seed: 41,
  status: "published",
  reason: "superior to popularity; nothing is <live>",
  version: "20261121T150900Z-1a2b3c4d",
  plan: "search",
  data: {
    fromMs: Date.UTC(2026, 8, 1),
    untilMs: Date.UTC(2026, 10, 20),
    interactions: 123_456,
    users: 789,
    snapshot: "a".repeat(64),
    snapshots: { "gold.user_histories": 812 },
  },
  metrics: { "ndcg@10": metric(0.1234, 0.0456), "hr@20": metric(0.4321, 0.2109) },
  evaluation: {
    protocol: "log",
    cases: 4_321,
    users: 765,
    cutMs: Date.UTC(2026, 10, 1),
    segments: { "new users": { cases: 321, metric: metric(0.0987, 0.0654) } },
  },
  exposure: {
    model: { coverage: 0.613, recentShare: 0.087, gini: 0.7654, novelty: 9.876 },
    popularity: { coverage: 0.021, recentShare: 0 },
  },
  live: { version: "20261120T000000Z-99999999", cases: 2_222, metric: metric(0.1511, 0.1499) },
  recipe: {
    parts: [
      { learner: "linear", parameters: { ridge: 300 }, weight: 0.65 },
      { learner: "transformer", parameters: { epochs: 3 }, weight: 0.92 },
    ],
    contentWeight: 0.17,
  },
  study: {
    atMs: Date.UTC(2026, 10, 21, 15, 9),
    reason: "the blend exceeds linear",
    figures: { blend: 0.2468 },
  },
  trials: [
    { learner: "popularity", parameters: { decayDays: 14 }, rung: 0, figure: 0.0512, workSeconds: 0.25 },
    { learner: "linear", parameters: { ridge: 300 }, rung: 1, figure: 0.1612, workSeconds: 3 },
    {
      ...{ learner: "transformer", parameters: { epochs: 3 }, rung: 2, figure: 0.1987, workSeconds: 97 },
      losses: [7.654, 6.543, 5.432],
    },
  ],
  curves: [{ fit: "published", learner: "transformer", losses: [7.111, 5.222] }],
  costs: { study: 100.25, refit: 31, rival: 0 },
  dollars: 0.0026,
  fits: HASHES,
});

const MANIFEST: Manifest = manifestSchema.parse({
  ...{ v: 1, tenant: "shop", version: REPORT.version, createdAtMs: REPORT.requestedAtMs, learner: "blend" },
  ...{ parameters: { "linear.ridge": 300 }, seed: 41, data: REPORT.data, itemCount: 5_432, historyMax: 50 },
  ...{ lateFeatureCount: 64, metrics: REPORT.metrics, evaluation: REPORT.evaluation, fits: HASHES },
  gate: { reason: "superior to popularity", live: null, exposure: {} },
  cost: { cpuSeconds: 131, dollars: 0.0026 },
  ranker: {
    ...{
      attached: false,
      reason: "no better than retrieval",
      lists: { fitted: 1_700, judged: 430 },
      metrics: {},
    },
    ...{ candidates: 300, features: [{ name: "ctr", default: 0.1, importance: 0.8 }], positionOffsets: [0] },
  },
  hashes: { "model.onnx": HASHES.published },
});

/** What a reader sees, tags and hints aside. */
function textOf(page: string): string {
  return page
    .replaceAll(/<(style|title|desc)>.*?<\/\1>/gs, " ")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ");
}

describe("the page of a run", () => {
  const page = pageOf(REPORT, MANIFEST);
  const text = textOf(page);

  it("tells every figure of the report and of the card", () => {
    for (const told of [
      ...["20261121T150900Z-1a2b3c4d", "shop-run-7", "2026-11-21 15:09", "by import", "Published"],
      ...["superior to popularity; nothing is &lt;live&gt;", "2026-09-01 00:00 to 2026-11-20 00:00 UTC"],
      ...["123,456", "789", "5,432", "4,321 cases of 765 users after 2026-11-01", "gold.user_histories 812"],
      ...["0.1234 [0.1134, 0.1334] 0.0456 [0.0356, 0.0556] +0.0778 [+0.0678, +0.0878] +170.6 %"],
      ...["0.4321 [0.4221, 0.4421]", "on 2,222 newer cases", "+0.0012 [−0.0088, +0.0112] +0.8 %"],
      ...[
        "61.3 % 8.7 % 0.765 9.88",
        "new users (321 cases) 0.0987 [0.0887, 0.1087]",
        "2.1 % 0.0 % – –",
        "linear 0.65 ridge 300",
        "transformer 0.92 epochs 3",
        "content 0.17",
      ],
      ...["The blend exceeds linear.", "blend 0.2468"],
      ...["1 popularity 1 0.0512 0.250 0.250 decayDays 14", "2 linear 2 0.1612 3.0 3.3 ridge 300"],
      ...["3 transformer 3 0.1987 97.0 100 epochs 3", "transformer, trial 3 3 7.654 5.432 epochs 3"],
      ...[
        "transformer, published 2 7.111 5.222 epochs 3",
        "search 100",
        "fit on all rows 31.0",
        "together 131",
      ],
      ...["$0.0026", `fit on all rows ${HASHES.published}`, `model.onnx ${HASHES.published}`, "ctr 0.8"],
      ...["Not attached: no better than retrieval", `data read ${"a".repeat(64)}`],
    ]) {
      expect(text).toContain(told);
    }
  });

  it("draws each trial, each pass and each interval, once, where a pointer is told what it is", () => {
    expect(page.match(/<svg /g)).toHaveLength(5);
    expect(page.match(/<svg [^>]*role="img">\s*<title>[^<]+<\/title><desc>[^<]+<\/desc>/g)).toHaveLength(5);
    const notes = [...page.matchAll(/<title>([^<]+)<\/title><\/(?:circle|polygon)>/g)].map(
      ([, note]) => note,
    );
    expect(notes.filter((note) => note?.includes("CPU-seconds"))).toHaveLength(REPORT.trials.length);
    expect(notes.filter((note) => note?.includes("pass "))).toHaveLength(5);
    expect(notes.filter((note) => note?.includes(" to "))).toHaveLength(8);
    const figure = /: [+−]?\d\.\d{4} \([+−]?\d\.\d{4} to [+−]?\d\.\d{4}\)$/;
    expect(notes.filter((note) => figure.test(note ?? ""))).toHaveLength(8);
  });

  it("fetches nothing, runs nothing, and is made for light and dark", () => {
    expect(page).not.toMatch(/https?:|<script|src=|@import|url\(|NaN|undefined|Infinity/);
    expect(page).toContain("prefers-color-scheme: dark");
  });

  it("says what there is of a run that came to nothing", () => {
    const early: RunReport = {
      ...{ ...REPORT, status: "too_little_data", reason: "700 more are needed", version: null, plan: null },
      ...{ metrics: {}, evaluation: null, exposure: {}, live: null, recipe: null, study: null, trials: [] },
      ...{ curves: [], costs: {}, fits: { evaluated: null, published: null } },
    };
    const page = pageOf(early, null);
    expect(textOf(page)).toContain("Too little data 700 more are needed");
    expect(page).not.toMatch(/<svg|NaN|undefined/);
  });
});

describe("an axis", () => {
  it("of equal ratios has powers of ten, and holds the largest value", () => {
    const axis = logarithmicAxis([0.25, 3, 1_700], "seconds");
    expect(axis.ticks.map(axis.format)).toEqual(["0.1", "1", "10", "100", "1,000"]);
    expect([axis.low, axis.high]).toEqual([0.1, 2_000]);
  });

  it("places equal ratios at equal distances", () => {
    const points = [1, 10, 100].map((x) => ({ x, value: x, note: `x ${x}` }));
    const svg = linePlot({
      ...{ title: "t", description: "d", x: logarithmicAxis([1, 100], "x") },
      ...{ y: axisAround([1, 100], { label: "y" }), series: [{ name: "s", look: 0, points }] },
    });
    const line = /<polyline[^>]* points="([^"]+)"/.exec(svg)?.[1] ?? "";
    const [a = 0, b = 0, c = 0] = line.split(" ").map((point) => Number(point.split(",")[0]));
    expect(b - a).toBeGreaterThan(50);
    expect(c - b).toBeCloseTo(b - a, 0);
  });
});

describe("train --report and evaluate --report", () => {
  it("write the page of a run or of a version, and of a version made before reports what its card tells", async () => {
    const answers: Record<string, unknown> = {
      "/v1/admin/retrain/shop-run-7/report": REPORT,
      [`/v1/admin/models/${REPORT.version}`]: MANIFEST,
    };
    const server = createServer((request, response) => {
      const answer = answers[request.url ?? ""];
      response.statusCode = answer === undefined ? 404 : 200;
      response.end(JSON.stringify(answer ?? { error: { message: "there is none" } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const client = new ApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, "sk_demo_x");
    const folder = mkdtempSync(path.join(tmpdir(), "lakeshore-report-"));
    const file = path.join(folder, "page.html");
    try {
      await writeRunReport(client, await readRunReport(client, "shop-run-7"), file);
      expect(readFileSync(file, "utf8")).toBe(pageOf(REPORT, MANIFEST));
      await writeVersionReport(client, MANIFEST, file);
      const text = textOf(readFileSync(file, "utf8"));
      expect(text).toContain("0.1234 [0.1134, 0.1334]");
      expect(text).toContain("made before its trials were kept");
      answers[`/v1/admin/models/${REPORT.version}/report`] = REPORT;
      await writeVersionReport(client, MANIFEST, file);
      expect(readFileSync(file, "utf8")).toBe(pageOf(REPORT, MANIFEST));
      await expect(readRunReport(client, "none")).rejects.toThrow("there is none");
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
