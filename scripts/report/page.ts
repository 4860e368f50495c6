import type { Manifest, Metric, RunReport } from "../../src/registry/index.ts";
import { GATE_METRIC } from "../../src/retraining/index.ts";
import { escaped, htmlPage } from "../plots/index.ts";
import { chosenSection, costSection, dataSection, hashSection, rankerSection } from "./chosen.ts";
import { curveSection } from "./curves.ts";
import { exposureSection, measuredSection, segmentSection } from "./measured.ts";
import { triedSection } from "./tried.ts";
import { count, fixed, seconds, timeOf } from "./words.ts";

/** The page of a run: its version's card beside the report where one was published. */
export function pageOf(report: RunReport, manifest: Manifest | null): string {
  const { version, run, requestedAtMs } = report;
  const body = [
    `<p>${escaped(version === null ? `Run ${run}` : `Version ${version}`)}, ${timeOf(requestedAtMs)} UTC</p>`,
    verdict(report),
    facts(report),
    measuredSection(report),
    segmentSection(report),
    triedSection(report),
    curveSection(report),
    chosenSection(report),
    exposureSection(report),
    rankerSection(manifest),
    costSection(report),
    dataSection(report, manifest),
    hashSection(report, manifest),
  ];
  return htmlPage(
    "Training report",
    body.filter((part) => part !== ""),
  );
}

const VERDICTS: Record<RunReport["status"], { text: string; look: string }> = {
  published: { text: "Published", look: "s2" },
  refused: { text: "Not published", look: "s6" },
  too_little_data: { text: "Too little data", look: "s1" },
  reproduced: { text: "Run again", look: "s3" },
};

function verdict({ status, reason }: RunReport): string {
  const { text, look } = VERDICTS[status];
  return `<div class="verdict ${look}"><strong>${text}</strong><p>${escaped(reason)}</p></div>`;
}

/** What a glance is for. */
function facts({ data, trials, costs, dollars, metrics, recipe }: RunReport): string {
  const total = Object.values(costs).reduce((sum, cost) => sum + cost, 0);
  const judged = metrics[GATE_METRIC];
  const told: [string, string][] = [
    ...(judged === undefined ? [] : ([[GATE_METRIC, against(judged)]] as [string, string][])),
    ...(recipe === null
      ? []
      : ([["model", recipe.parts.map(({ learner }) => learner).join(" + ")]] as [string, string][])),
    ...(data === null ? [] : ([["interactions", count(data.interactions)]] as [string, string][])),
    ["trials", count(trials.length)],
    ["CPU-seconds", seconds(total)],
    ["cost", `$${dollars.toFixed(4)}`],
  ];
  const pairs = told.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`);
  return `<dl class="facts">${pairs.join("")}</dl>`;
}

function against({ model, popularity }: Metric): string {
  return `${fixed(model.value)} (popularity ${fixed(popularity.value)})`;
}
