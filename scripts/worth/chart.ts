import type { Interval } from "./intervals.ts";

export interface Series {
  name: string;
  /** Class of the line, which gives its colour. */
  look: string;
  /** One for each day, from day 1. Not finite: a gap. */
  points: readonly Interval[];
}

export interface Chart {
  title: string;
  /** What the vertical axis counts. */
  unit: string;
  series: readonly Series[];
  /** A line to read the others by, such as a goal. */
  mark?: { value: number; label: string };
  format(value: number): string;
}

const WIDTH = 860;
const HEIGHT = 340;
const LEFT = 64;
const RIGHT = 118;
const TOP = 16;
const BOTTOM = 46;
/** Least distance of two names at the right end, in pixels. */
const NAME_GAP = 15;

/** An SVG: a line for each series with its interval as a band, an axis of days, an axis from a round number to a round number. */
export function chartSvg(chart: Chart): string {
  const { series, mark, format } = chart;
  const days = Math.max(...series.map(({ points }) => points.length));
  const values = series.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
  const ticks = ticksOf([0, mark?.value ?? 0, ...values].filter(Number.isFinite));
  const [bottom, top] = [ticks[0] as number, ticks.at(-1) as number];
  const x = (day: number) => LEFT + ((WIDTH - LEFT - RIGHT) * (day - 0.5)) / days;
  const y = (value: number) => TOP + ((HEIGHT - TOP - BOTTOM) * (top - value)) / (top - bottom);
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y(tick))}" y2="${px(y(tick))}"/>` +
      `<text class="tick" x="${LEFT - 8}" y="${px(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`,
  );
  const dayLabels = Array.from(
    { length: days },
    (_, index) =>
      `<text class="tick" x="${px(x(index + 1))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${index + 1}</text>`,
  );
  const goal =
    mark === undefined
      ? []
      : [
          `<line class="mark" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y(mark.value))}" y2="${px(y(mark.value))}"/>`,
          `<text class="tick" x="${LEFT + 6}" y="${px(y(mark.value) - 5)}">${escaped(mark.label)}</text>`,
        ];
  const drawn = series.map((one) => seriesSvg(one, { x, y, format }));
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(chart.title)}">`,
    ...grid,
    ...dayLabels,
    `<text class="axis" x="${px((LEFT + WIDTH - RIGHT) / 2)}" y="${HEIGHT - 8}" text-anchor="middle">day</text>`,
    `<text class="axis" transform="translate(14 ${px((TOP + HEIGHT - BOTTOM) / 2)}) rotate(-90)" text-anchor="middle">${escaped(chart.unit)}</text>`,
    ...goal,
    ...drawn,
    ...names(series, y),
    "</svg>",
  ].join("\n");
}

function seriesSvg(
  { name, look, points }: Series,
  { x, y, format }: { x(day: number): number; y(value: number): number; format(value: number): string },
): string {
  const days = [...points.keys()].filter((index) => Number.isFinite(points[index]?.value));
  const at = (index: number, value: number) => `${px(x(index + 1))},${px(y(value))}`;
  const edge = (order: readonly number[], side: "low" | "value" | "high") =>
    order.map((index) => at(index, (points[index] as Interval)[side]));
  const band = [...edge(days, "high"), ...edge(days.toReversed(), "low")].join(" ");
  const dots = days.map((index) => {
    const { value, low, high } = points[index] as Interval;
    const [cx, cy] = at(index, value).split(",");
    const text = `${name}, day ${index + 1}: ${format(value)} (${format(low)} to ${format(high)})`;
    return `<circle cx="${cx}" cy="${cy}" r="3"><title>${escaped(text)}</title></circle>`;
  });
  return `<g class="${look}"><polygon class="band" points="${band}"/><polyline points="${edge(days, "value").join(" ")}"/>${dots.join("")}</g>`;
}

/** The series' names at the right end of their lines, moved apart where they would lie over each other. */
function names(series: readonly Series[], y: (value: number) => number): string[] {
  const ends = series
    .map(({ name, look, points }) => ({ name, look, at: y(points.findLast(isFiniteInterval)?.value ?? 0) }))
    .sort((a, b) => a.at - b.at);
  let above = Number.NEGATIVE_INFINITY;
  return ends.map(({ name, look, at }) => {
    above = Math.max(at, above + NAME_GAP);
    return `<text class="name ${look}" x="${WIDTH - RIGHT + 2}" y="${px(above + 4)}">${escaped(name)}</text>`;
  });
}

function isFiniteInterval({ value }: Interval): boolean {
  return Number.isFinite(value);
}

/** Four to eight round numbers that hold all values. */
export function ticksOf(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const rough = (high - low || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

function px(value: number): string {
  return value.toFixed(1);
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
