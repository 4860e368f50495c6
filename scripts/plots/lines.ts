import type { Axis } from "./axis.ts";
import { marker } from "./marker.ts";
import { across, escaped, type Frame, horizontalAxis, px, svgOf, upwards, verticalAxis } from "./svg.ts";

export interface Point {
  x: number;
  /** Not finite: a gap. */
  value: number;
  /** Of a 95 % interval, drawn as a band. */
  low?: number;
  high?: number;
  /** Shown under the pointer, after the series' name. */
  note: string;
  /** Drawn as an outline: of less weight than the others. */
  isHollow?: boolean;
}

export interface Series {
  name: string;
  /** Number of its colour and of its markers' form, 0 to 7. */
  look: number;
  /** In order of x. */
  points: readonly Point[];
}

export interface LinePlot {
  title: string;
  description: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
  /** A line to read the others by, such as a goal. */
  mark?: { value: number; label: string };
  /** Points that stand for themselves, joined by a thin line only. */
  isScattered?: boolean;
}

const FRAME: Frame = { width: 860, height: 340, left: 68, right: 36, top: 16, bottom: 46 };
/** Of a letter of a name, about. */
const LETTER_PX = 7.6;
/** Least distance of two names at the right end, in pixels. */
const NAME_GAP = 16;

/** A line for each series, its interval as a band where it has one; the names stand on the right. */
export function linePlot(plot: LinePlot): string {
  const { series, mark, x, y } = plot;
  const longest = Math.max(...series.map(({ name }) => name.length));
  const frame = { ...FRAME, right: FRAME.right + LETTER_PX * longest };
  const { left, right, width } = frame;
  const at = { x: across(frame, x), y: upwards(frame, y) };
  const goal =
    mark === undefined
      ? []
      : [
          `<line class="mark" x1="${left}" x2="${width - right}" y1="${px(at.y(mark.value))}" y2="${px(at.y(mark.value))}"/>`,
          `<text class="tick" x="${left + 6}" y="${px(at.y(mark.value) - 5)}">${escaped(mark.label)}</text>`,
        ];
  return svgOf(frame, plot, [
    ...verticalAxis(frame, y),
    ...horizontalAxis(frame, x),
    ...goal,
    ...series.map((one) => drawn(one, at, plot.isScattered === true)),
    ...names(plot, at.y, frame),
  ]);
}

interface Place {
  x(value: number): number;
  y(value: number): number;
}

function drawn({ name, look, points }: Series, { x, y }: Place, isScattered: boolean): string {
  const known = points.filter(isKnown);
  const at = (point: Point, value: number) => `${px(x(point.x))},${px(y(value))}`;
  const hasBand = known.some(({ low, high }) => low !== undefined && high !== undefined);
  const band = [
    ...known.map((point) => at(point, point.high ?? point.value)),
    ...known.toReversed().map((point) => at(point, point.low ?? point.value)),
  ];
  const line = known.map((point) => at(point, point.value)).join(" ");
  // Very many markers would hide the line.
  const form = isScattered ? { look, size: 4.5 } : { look: 0, size: known.length > 60 ? 1.5 : 3 };
  const dots = known.map((point) =>
    marker({ ...form, x: x(point.x), y: y(point.value), isHollow: point.isHollow === true }, [
      name,
      point.note,
    ]),
  );
  return [
    `<g class="s${look}">`,
    hasBand ? `<polygon class="band" points="${band.join(" ")}"/>` : "",
    `<polyline${isScattered ? ' class="thin"' : ""} points="${line}"/>${dots.join("")}</g>`,
  ].join("");
}

/** The series' names at the height where their lines end, moved apart where they would lie over each other. */
function names(
  { series, isScattered }: LinePlot,
  y: (value: number) => number,
  { width, right, height, bottom }: Frame,
): string[] {
  const ends = series
    .map(({ name, look, points }) => ({ name, look, at: y(points.findLast(isKnown)?.value ?? 0) }))
    .sort((a, b) => a.at - b.at);
  // From below, so that the lowest stays within the plot.
  let below = height - bottom + NAME_GAP;
  const places = ends.toReversed().map(({ at }) => {
    below = Math.min(at, below - NAME_GAP);
    return below;
  });
  return ends.map(({ name, look }, index) => {
    const at = places[ends.length - 1 - index] as number;
    const form = isScattered === true ? look : 0;
    const sign = marker({ look: form, size: 4, x: width - right + 12, y: at, isHollow: false }, [name]);
    return `<g class="s${look}">${sign}<text class="name" x="${width - right + 22}" y="${px(at + 4)}">${escaped(name)}</text></g>`;
  });
}

function isKnown({ value }: Point): boolean {
  return Number.isFinite(value);
}
