import type { Axis } from "./axis.ts";
import { marker } from "./marker.ts";
import { across, escaped, type Frame, horizontalAxis, px, svgOf } from "./svg.ts";

export interface Bar {
  name: string;
  look: number;
  value: number;
  low: number;
  high: number;
}

export interface IntervalPlot {
  title: string;
  description: string;
  x: Axis;
  /** Each with one bar for each of those compared. */
  rows: readonly { label: string; bars: readonly Bar[] }[];
  /** A value to read the others by, such as 0 of a difference. */
  mark?: number;
  /** Of a value under the pointer: the axis' own has as many digits as its ticks need. */
  format(value: number): string;
}

const WIDTH = 860;
const BAR_PX = 15;
const ROW_GAP_PX = 13;
/** Of a legend at the top. */
const LEGEND_PX = 30;

/** A dot with its 95 % interval for each bar, row under row. */
export function intervalPlot({ title, description, x, rows, mark, format }: IntervalPlot): string {
  const kinds = new Map(rows.flatMap(({ bars }) => bars.map(({ name, look }) => [name, look] as const)));
  const hasLegend = kinds.size > 1;
  const top = hasLegend ? LEGEND_PX : 8;
  const heights = rows.map(({ bars }) => bars.length * BAR_PX + ROW_GAP_PX);
  const height = top + heights.reduce((sum, one) => sum + one, 0) + 46;
  const longest = Math.max(4, ...rows.map(({ label }) => label.length));
  const frame: Frame = { width: WIDTH, height, left: 24 + 7.4 * longest, right: 24, top, bottom: 46 };
  const at = across(frame, x);
  let y = top;
  const drawn = rows.flatMap(({ label, bars }, index) => {
    const begin = y;
    y += heights[index] as number;
    const middle = (begin + y) / 2;
    return [
      ...(index % 2 === 0
        ? [
            `<rect class="stripe" x="0" width="${WIDTH}" y="${px(begin)}" height="${px(heights[index] as number)}"/>`,
          ]
        : []),
      `<text class="row" x="${px(frame.left - 12)}" y="${px(middle + 4)}" text-anchor="end">${escaped(label)}</text>`,
      ...bars.map((bar, place) =>
        barSvg(bar, { at, y: begin + ROW_GAP_PX / 2 + BAR_PX * (place + 0.5), label, format }),
      ),
    ];
  });
  const line =
    mark === undefined
      ? []
      : [
          `<line class="mark" x1="${px(at(mark))}" x2="${px(at(mark))}" y1="${top}" y2="${height - frame.bottom}"/>`,
        ];
  // Stripes lie under the grid, the grid under the bars.
  const isStripe = (part: string) => part.startsWith("<rect");
  return svgOf(frame, { title, description }, [
    ...drawn.filter(isStripe),
    ...horizontalAxis(frame, x, { isGrid: true }),
    ...line,
    ...drawn.filter((part) => !isStripe(part)),
    ...(hasLegend ? legend([...kinds], frame.left) : []),
  ]);
}

function barSvg(
  { name, look, value, low, high }: Bar,
  {
    at,
    y,
    label,
    format,
  }: Pick<IntervalPlot, "format"> & { at(value: number): number; y: number; label: string },
): string {
  const says = [`${label}, ${name}: ${format(value)} (${format(low)} to ${format(high)})`];
  const dot = marker({ x: at(value), y, size: 4.5, look, isHollow: false }, says);
  return `<g class="s${look}"><line class="interval" x1="${px(at(low))}" x2="${px(at(high))}" y1="${px(y)}" y2="${px(y)}"/>${dot}</g>`;
}

function legend(kinds: readonly (readonly [string, number])[], left: number): string[] {
  let x = left;
  return kinds.map(([name, look]) => {
    const sign = marker({ x: x + 6, y: 12, size: 4.5, look, isHollow: false }, [name]);
    const text = `<text class="name" x="${px(x + 18)}" y="16">${escaped(name)}</text>`;
    x += 48 + 8 * name.length;
    return `<g class="s${look}">${sign}${text}</g>`;
  });
}
