import { type Chart, chartSvg, escaped, type Series } from "./chart.ts";
import type { Interval } from "./intervals.ts";
import type { Worth, WorthWindow } from "./run.ts";
import { purchaseLines, studyLines, tableOf } from "./table.ts";

const LOOKS: Record<string, string> = {
  random: "s0",
  popularity: "s1",
  "item-knn": "s2",
  ours: "s3",
  oracle: "s4",
};

/** A page with plots, whole in itself: no script, nothing fetched, light or dark as the reader's system is. */
export function pageOf(worth: Worth): string {
  const charts = chartsOf(worth).map(
    (chart) =>
      `<section><h2>${escaped(chart.title)}</h2>\n<div class="plot">${chartSvg(chart)}</div></section>`,
  );
  const table = [...tableOf(worth), ...purchaseLines(worth), ...studyLines(worth)].map(escaped).join("\n");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>True worth in the demo shop</title><style>${STYLE}</style></head><body>
<h1>True worth in the demo shop</h1>
<p>${worth.shoppers} shoppers, ${worth.products} products, ${worth.days} days from nothing, seed ${worth.seed}. Every policy has a
world of its own with the same shoppers, visits and chance; what is to be learnt is learnt each night from that world's own log.
Bands are 95 % intervals by bootstrap over shoppers. Oracle: knows the tastes.</p>
${charts.join("\n")}
<section><h2>Figures</h2><div class="plot"><pre>${table}</pre></div></section>
</body></html>
`;
}

function chartsOf({ daily }: Worth): Chart[] {
  const names = Object.keys(daily[0]?.policies ?? {});
  const byPolicy = (figure: "clicksPerSession" | "purchasesPerSession"): Series[] =>
    names.map((name) => ({
      name,
      look: LOOKS[name] ?? "s0",
      points: daily.map(({ policies }) => policies[name]?.[figure] ?? NOTHING),
    }));
  const line = (
    name: string,
    look: string,
    figure: (window: WorthWindow) => Interval | undefined,
  ): Series => ({
    name,
    look,
    points: daily.map((window) => figure(window) ?? NOTHING),
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
        line("popularity", "s1", ({ oursOver }) => oursOver.popularity),
        line("item-knn", "s2", ({ oursOver }) => oursOver["item-knn"]),
      ],
      format: percent,
    },
    {
      title: "Share of the oracle's gain over popularity",
      unit: "share",
      series: [line("ours", "s3", ({ shareOfOracle }) => shareOfOracle)],
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

/** Colours that the colour-blind tell apart (after Okabe and Ito), with enough contrast on either ground. */
const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2430; --soft: #5b6675; --grid: #e3e7ec;
  --s0: #6b7280; --s1: #b45309; --s2: #047857; --s3: #1d4ed8; --s4: #9d2a8a; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161c; --ink: #e6eaf0; --soft: #9aa6b5; --grid: #2a323d;
  --s0: #9ca3af; --s1: #f0a04b; --s2: #34c79a; --s3: #7aa7ff; --s4: #e08ad0; } }
body { background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; max-width: 900px;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; } p { color: var(--soft); }
.plot { overflow-x: auto; } svg { width: 100%; min-width: 560px; height: auto; } pre { font-size: 12px; line-height: 1.45; }
.grid { stroke: var(--grid); } .mark { stroke: var(--soft); stroke-dasharray: 5 4; }
.tick { fill: var(--soft); font-size: 12px; } .axis { fill: var(--ink); font-size: 13px; } .name { font-size: 13px; font-weight: 600; }
polyline { fill: none; stroke: currentColor; stroke-width: 2; } .band { fill: currentColor; opacity: .16; }
circle { fill: currentColor; } text.name { fill: currentColor; }
${[0, 1, 2, 3, 4].map((look) => `.s${look} { color: var(--s${look}); }`).join(" ")}
.s3 polyline { stroke-width: 3; } .s4 polyline { stroke-dasharray: 7 4; }
`;
