import type { RunReport, TrialReport } from "../../src/registry/index.ts";
import {
  type Axis,
  axisAround,
  figure,
  linePlot,
  logarithmicAxis,
  paragraph,
  type Series,
  section,
  table,
} from "../plots/index.ts";
import { fixed, parametersOf, seconds } from "./words.ts";

/** Every trial of the search: what it was worth against what had been spent by then, and all of them as a table. */
export function triedSection({ trials, study, plan, requestedAtMs }: RunReport): string {
  if (trials.length === 0)
    return section("What was tried", paragraph(NOTHING[plan ?? "none"] ?? NOTHING.none));
  const spent = cumulative(trials);
  const lastRung = Math.max(...trials.map(({ rung }) => rung));
  const series = learnersOf(trials).map(
    (learner, look): Series => ({
      name: learner,
      look,
      points: trials.flatMap((trial, index) => {
        if (trial.learner !== learner) return [];
        const { figure: value, rung, parameters, workSeconds } = trial;
        const note = `${fixed(value)} on rung ${rung + 1}, ${seconds(workSeconds)} CPU-seconds: ${parametersOf(parameters)}`;
        return [{ x: spent[index] as number, value, note, isHollow: rung < lastRung }];
      }),
    }),
  );
  const title = "Validation figure of each trial against the CPU-seconds spent by then";
  const plot = linePlot({
    title,
    description: series
      .map(({ name, points }) => `${name}: ${points.length} trials, best ${best(points)}`)
      .join("; "),
    x: spentAxis(spent),
    y: axisAround([...trials.map(({ figure }) => figure)], { label: "validation figure" }),
    series,
    isScattered: true,
  });
  const earlier =
    study !== null && study.atMs !== requestedAtMs
      ? " The search is an earlier run's: this one fitted its recipe again."
      : "";
  return section(
    "What was tried",
    paragraph(
      `${trials.length} trials. The figure is the mean over validation cases of 1 / log2(rank + 1), of the learner with popularity beside it. ` +
        `Filled: on all rows of the search; outlined: on a share of the users and fewer cases, so of less weight.${earlier}`,
    ),
    figure(title, plot),
    trialTable(trials, spent),
  );
}

const NOTHING: Record<string, string> & { none: string } = {
  none: "Nothing is known of it: the run ended before its search, or its version was made before its trials were kept.",
  renew: "Nothing: the live model's recipe was fitted again, and the report of its search is no longer kept.",
};

/** Cheap learners come first: where they would all stand at the left edge, equal distances are equal ratios. */
function spentAxis(spent: readonly number[]): Axis {
  const [first, last] = [spent[0] as number, spent.at(-1) as number];
  if (first <= 0 || last / first < WIDE_RATIO) return axisAround([0, last], { label: SPENT });
  return logarithmicAxis(spent, `${SPENT}, logarithmic`);
}

const SPENT = "CPU-seconds spent (estimated)";
const WIDE_RATIO = 100;

function cumulative(trials: readonly TrialReport[]): number[] {
  let sum = 0;
  return trials.map(({ workSeconds }) => (sum += workSeconds));
}

/** In the order in which they were tried, so that each has the same look in every plot of the page. */
export function learnersOf(trials: readonly Pick<TrialReport, "learner">[]): string[] {
  return [...new Set(trials.map(({ learner }) => learner))];
}

function best(points: readonly { value: number }[]): string {
  return fixed(Math.max(...points.map(({ value }) => value)));
}

function trialTable(trials: readonly TrialReport[], spent: readonly number[]): string {
  const head = ["trial", "learner", "rung", "figure", "CPU-seconds", "spent by then", "parameters"];
  const rows = trials.map(({ learner, rung, figure, workSeconds, parameters }, index) => [
    `${index + 1}`,
    learner,
    `${rung + 1}`,
    fixed(figure),
    seconds(workSeconds),
    seconds(spent[index] as number),
    parametersOf(parameters),
  ]);
  const inside = table("Every trial, in the order in which they were run", head, rows);
  return `<details${trials.length <= 12 ? " open" : ""}><summary>All ${trials.length} trials as a table</summary>${inside}</details>`;
}
