import {
  type Axis,
  axisAround,
  escaped,
  figure,
  htmlPage,
  type LinePlot,
  linePlot,
  type Series,
  section,
} from "../plots/index.ts";
import type { Interval } from "./intervals.ts";
import type { Worth, WorthWindow } from "./run.ts";
import { purchaseLines, studyLines, tableOf } from "./table.ts";

const LOOKS: Record<string, number> = { random: 0, popularity: 1, "item-knn": 2, ours: 3, oracle: 4 };

/** A page with plots: by day, with intervals. */
export function pageOf(worth: Worth): string {
  const { shoppers, products, days, seed } = worth;
  const lines = [...tableOf(worth), ...purchaseLines(worth), ...studyLines(worth)].map(escaped).join("\n");
  return htmlPage("True worth in the demo shop", [
    `<p>${shoppers} shoppers, ${products} products, ${days} days from nothing, seed ${seed}. Every policy has a
world of its own with the same shoppers, visits and chance; what is to be learnt is learnt each night from that world's own log.
Bands are 95 % intervals by bootstrap over shoppers. Oracle: knows the tastes.</p>`,
    ...chartsOf(worth).map((chart) => section(chart.title, figure("", drawn(chart, days)))),
    section("Figures", figure("", `<pre>${lines}</pre>`)),
  ]);
}

interface Chart extends Pick<LinePlot, "title" | "mark"> {
  /** What the vertical axis counts. */
  unit: string;
  series: readonly { name: string; look: number; days: readonly Interval[] }[];
  format(value: number): string;
}

function drawn({ title, unit, series, mark, format }: Chart, days: number): string {
  const values = series.flatMap((one) => one.days.flatMap(({ low, high }) => [low, high]));
  const last = series.map((one) => `${one.name} ${told(one.days.at(-1) ?? NOTHING, format)}`);
  return linePlot({
    title,
    description: `On the last day: ${last.join("; ")}`,
    x: daysAxis(days),
    y: axisAround([0, mark?.value ?? 0, ...values], { label: unit, format }),
    ...(mark === undefined ? {} : { mark }),
    series: series.map(
      ({ name, look, days: intervals }): Series => ({
        name,
        look,
        points: intervals.map((interval, index) => ({
          ...interval,
          x: index + 1,
          note: `day ${index + 1}: ${told(interval, format)}`,
        })),
      }),
    ),
  });
}

/** Half a day of room on either side. */
function daysAxis(days: number): Axis {
  const ticks = Array.from({ length: days }, (_, index) => index + 1);
  return { label: "day", ticks, low: 0.5, high: days + 0.5, format: (day) => `${day}` };
}

function told({ value, low, high }: Interval, format: (value: number) => string): string {
  return Number.isFinite(value) ? `${format(value)} (${format(low)} to ${format(high)})` : "–";
}

function chartsOf({ daily }: Worth): Chart[] {
  const names = Object.keys(daily[0]?.policies ?? {});
  const byPolicy = (figure: "clicksPerSession" | "purchasesPerSession"): Chart["series"] =>
    names.map((name) => ({
      name,
      look: LOOKS[name] ?? 0,
      days: daily.map(({ policies }) => policies[name]?.[figure] ?? NOTHING),
    }));
  const line = (
    name: string,
    look: number,
    shown: (window: WorthWindow) => Interval | undefined,
  ): Chart["series"][number] => ({
    name,
    look,
    days: daily.map((window) => shown(window) ?? NOTHING),
  });
  const percent = (value: number) => `${Math.round(value * 100)} %`;
  return [
    {
      title: "Clicks in lists per session",
      unit: "clicks per session",
      series: byPolicy("clicksPerSession"),
      format: (value) => value.toFixed(2),
    },
    {
      title: "Ours over popularity and over item-kNN, in clicks per session",
      unit: "relative gain",
      series: [
        line("popularity", 1, ({ oursOver }) => oursOver.popularity),
        line("item-knn", 2, ({ oursOver }) => oursOver["item-knn"]),
      ],
      format: percent,
    },
    {
      title: "Share of the oracle's gain over popularity",
      unit: "share",
      series: [line("ours", 3, ({ shareOfOracle }) => shareOfOracle)],
      mark: { value: 1, label: "what knowing the tastes would give" },
      format: percent,
    },
    {
      title: "Purchases per session",
      unit: "purchases per session",
      series: byPolicy("purchasesPerSession"),
      format: (value) => value.toFixed(2),
    },
  ];
}

const NOTHING: Interval = { value: Number.NaN, low: Number.NaN, high: Number.NaN };
