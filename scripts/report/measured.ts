import type { Interval, Metric, RunReport } from "../../src/registry/index.ts";
import { axisAround, figure, intervalPlot, paragraph, section, table } from "../plots/index.ts";
import { count, fixed, percent, signed, timeOf } from "./words.ts";

const FIGURES = "Metrics of the model and of popularity, with 95 % intervals";
const GAINS = "Paired difference of the model and popularity, with 95 % intervals";

/** The candidate against popularity on the cases that neither had seen, and against the live model where they met. */
export function measuredSection({ metrics, evaluation, live }: RunReport): string {
  const names = Object.keys(metrics);
  if (names.length === 0 || evaluation === null) {
    return section("How it did", paragraph("Nothing was measured: the run ended before."));
  }
  const { cases, users, cutMs, protocol } = evaluation;
  const about = `${count(cases)} cases of ${count(users)} users after ${timeOf(cutMs)} UTC, which the fit had not seen (${protocol}). 95 % intervals by paired bootstrap over users.`;
  const beside =
    live === null
      ? []
      : live.metric === null
        ? [
            paragraph(
              `Only ${count(live.cases)} cases are newer than live ${live.version}: the two were not compared.`,
            ),
          ]
        : [
            metricTable(
              `NDCG@10 against live ${live.version}, on ${count(live.cases)} newer cases, with equal knowledge`,
              { "ndcg@10": live.metric },
              "live model",
            ),
          ];
  return section(
    "How it did",
    paragraph(about),
    figure(FIGURES, figuresPlot(FIGURES, metrics)),
    figure(GAINS, gainPlot(metrics)),
    metricTable("The model, popularity on the same cases, and the paired difference", metrics, "popularity"),
    ...beside,
  );
}

export function metricTable(
  caption: string,
  metrics: Record<string, Metric>,
  rival: string,
  first = "metric",
): string {
  const rows = Object.entries(metrics).map(([name, { model, popularity, difference }]) => [
    name,
    interval(model),
    interval(popularity),
    interval(difference, signed),
    relative(difference.value, popularity.value),
  ]);
  return table(caption, [first, "model", rival, "difference", "relative"], rows);
}

function figuresPlot(title: string, metrics: Record<string, Metric>): string {
  const rows = Object.entries(metrics).map(([label, { model, popularity }]) => ({
    label,
    bars: [
      { name: "model", look: 3, ...model },
      { name: "popularity", look: 1, ...popularity },
    ],
  }));
  const values = rows.flatMap(({ bars }) => bars.flatMap(({ low, high }) => [low, high]));
  return intervalPlot({
    title,
    description: Object.entries(metrics)
      .map(
        ([name, { model, popularity }]) =>
          `${name}: model ${fixed(model.value)}, popularity ${fixed(popularity.value)}`,
      )
      .join("; "),
    x: axisAround([0, ...values], { label: "figure (0 to 1, more is better)" }),
    rows,
    format: fixed,
  });
}

function gainPlot(metrics: Record<string, Metric>): string {
  const rows = Object.entries(metrics).map(([label, { difference }]) => ({
    label,
    bars: [{ name: "model − popularity", look: 2, ...difference }],
  }));
  const values = rows.flatMap(({ bars }) => bars.flatMap(({ low, high }) => [low, high]));
  return intervalPlot({
    title: GAINS,
    description: Object.entries(metrics)
      .map(([name, { difference }]) => `${name}: ${interval(difference, signed)}`)
      .join("; "),
    x: axisAround([0, ...values], { label: "model − popularity (above 0: the model is better)" }),
    rows,
    mark: 0,
    format: signed,
  });
}

/** By how much is known of the user, and by how frequent the item is; empty where it was not measured. */
export function segmentSection({ evaluation }: RunReport): string {
  const segments = Object.entries(evaluation?.segments ?? {});
  if (segments.length === 0) return "";
  const metrics = Object.fromEntries(
    segments.map(([name, { cases, metric }]) => [`${name} (${count(cases)} cases)`, metric]),
  );
  const title = "NDCG@10 by segment, with 95 % intervals";
  return section(
    "For whom, and for what",
    paragraph(
      "New users have up to 5 interactions, light ones up to 20. Head items are the most frequent that make up half of the rows.",
    ),
    figure(title, figuresPlot(title, metrics)),
    metricTable("The same as a table", metrics, "popularity", "segment"),
  );
}

/** What the lists of each show; empty where it was not measured. */
export function exposureSection({ exposure }: RunReport): string {
  const rows = Object.entries(exposure).map(([name, { coverage, recentShare, gini, novelty }]) => [
    LISTS[name] ?? name,
    percent(coverage),
    percent(recentShare),
    gini === undefined ? "–" : fixed(gini, 3),
    novelty === undefined ? "–" : fixed(novelty, 2),
  ]);
  if (rows.length === 0) return "";
  const head = ["lists of", "coverage", "places to new items", "Gini", "novelty (bits)"];
  return section(
    "What its lists show",
    paragraph(
      "Lists of ten. Coverage: share of the catalogue that stands in any list. Gini: 0 when all items get equally many places, 1 when one has all. " +
        "Novelty: mean of −log2 of an item's share of the interactions.",
    ),
    table("By whose lists", head, rows),
  );
}

const LISTS: Record<string, string> = {
  model: "the model",
  popularity: "popularity",
  live: "the live model, on newer cases",
  besideLive: "the model, on the same newer cases",
};

function interval({ value, low, high }: Interval, format: (value: number) => string = fixed): string {
  return `${format(value)} [${format(low)}, ${format(high)}]`;
}

function relative(difference: number, base: number): string {
  return base > 0 ? `${difference > 0 ? "+" : ""}${fixed((100 * difference) / base, 1)} %` : "–";
}
