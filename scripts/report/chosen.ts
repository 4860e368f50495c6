import type { Manifest, RunReport } from "../../src/registry/index.ts";
import { paragraph, section, table } from "../plots/index.ts";
import { metricTable } from "./measured.ts";
import { count, fixed, parametersOf, seconds, timeOf } from "./words.ts";

/** The recipe: each part with its weight in the sum, and what each was worth alone. */
export function chosenSection({ recipe, study }: RunReport): string {
  if (recipe === null) return "";
  const rows = recipe.parts.map(({ learner, parameters, weight }) => [
    learner,
    fixed(weight, 2),
    parametersOf(parameters),
  ]);
  if (recipe.contentWeight > 0)
    rows.push(["content", fixed(recipe.contentWeight, 2), "likeness to the history's items"]);
  const figures = Object.entries(study?.figures ?? {}).map(([name, value]) => [name, fixed(value)]);
  return section(
    "What was chosen",
    ...(study === null ? [] : [paragraph(`${capital(study.reason)}.`)]),
    table(
      "Parts of the model; scores are standardised, weighed and added",
      ["part", "weight", "parameters"],
      rows,
    ),
    ...(figures.length === 0
      ? []
      : [
          table(
            "Validation figure of each learner with popularity beside it, and of the blend of all",
            ["learner", "figure"],
            figures,
          ),
        ]),
  );
}

/** The second stage, where the version's card tells of it. */
export function rankerSection(manifest: Manifest | null): string {
  const ranker = manifest?.ranker;
  if (ranker === undefined) return "";
  const { lists, metrics, features, candidates } = ranker;
  const important = features
    .filter(({ importance = 0 }) => importance > 0)
    .sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0))
    .map(({ name, importance = 0 }) => [name, fixed(importance)]);
  return section(
    "Second stage",
    paragraph(
      `${ranker.attached ? "Attached" : "Not attached"}: ${ranker.reason}. It orders the best ${count(candidates)}.`,
    ),
    ...(Object.keys(metrics).length === 0
      ? []
      : [
          metricTable(
            `On ${count(lists.judged)} lists newer than the ${count(lists.fitted)} that it was fitted on`,
            metrics,
            "retrieval's order",
          ),
        ]),
    ...(important.length === 0
      ? []
      : [table("Features by importance", ["feature", "importance"], important)]),
  );
}

export function dataSection(
  { data, requestedAtMs, startedBy, startedFrom, seed, run }: RunReport,
  manifest: Manifest | null,
): string {
  const rows = [
    ...(run === "" ? [] : [["run", run]]),
    [
      "asked for",
      `${timeOf(requestedAtMs)} UTC, by ${startedBy === "" ? "a run whose report was not kept" : startedBy}`,
    ],
    ["seed", `${seed}`],
  ];
  if (data !== null) {
    rows.push(["window", `${timeOf(data.fromMs)} to ${timeOf(data.untilMs)} UTC`]);
    const sample =
      data.sampledFrom === undefined ? "" : `, a sample of ${count(data.sampledFrom.interactions)}`;
    rows.push(["interactions", `${count(data.interactions)}${sample}`], ["users", count(data.users)]);
  }
  if (manifest !== null) rows.push(["items", count(manifest.itemCount)]);
  if (startedFrom !== undefined) rows.push(["fits started from", `version ${startedFrom.version}`]);
  for (const [name, snapshot] of Object.entries(data?.snapshots ?? {}))
    rows.push([`snapshot of ${name}`, `${snapshot}`]);
  return section("Data", table("What was read", ["what", "value"], rows));
}

export function costSection({ costs, dollars }: RunReport): string {
  const spent = Object.entries(costs).filter(([, cost]) => cost > 0);
  if (spent.length === 0) return "";
  const total = spent.reduce((sum, [, cost]) => sum + cost, 0);
  const rows = spent.map(([name, cost]) => [STEPS[name] ?? name, seconds(cost)]);
  if (rows.length > 1) rows.push(["together", seconds(total)]);
  return section(
    "Cost",
    paragraph(
      `About ${seconds(total)} CPU-seconds, $${dollars.toFixed(4)} at the price of a CPU-second in Workers.`,
    ),
    table("By step, estimated by the work that was counted", ["step", "CPU-seconds"], rows),
  );
}

const STEPS: Record<string, string> = {
  baseline: "popularity: search",
  "baseline-fit": "popularity: fit",
  study: "search",
  fit: "fit that was judged",
  rival: "live model's recipe, for comparison",
  refit: "fit on all rows",
  ranker: "second stage",
};

export function hashSection({ fits }: RunReport, manifest: Manifest | null): string {
  const named = [
    ["fit that was judged", fits.evaluated],
    ["fit on all rows", fits.published],
    ...Object.entries(manifest?.hashes ?? {}),
    ...(manifest === null ? [] : [["data read", manifest.data.snapshot]]),
  ];
  const rows = named.flatMap(([name, hash]) => (name && hash ? [[name, hash]] : []));
  return rows.length === 0 ? "" : section("Hashes", table("SHA-256", ["of", "hash"], rows));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
