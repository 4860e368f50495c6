import type { Axis } from "./axis.ts";

/** Pixels of a plot and of its margins. */
export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function px(value: number): string {
  return value.toFixed(1);
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

export function across({ width, left, right }: Frame, axis: Axis): (value: number) => number {
  return (value) => left + (width - left - right) * shareOf(axis, value);
}

export function upwards({ height, top, bottom }: Frame, axis: Axis): (value: number) => number {
  return (value) => top + (height - top - bottom) * (1 - shareOf(axis, value));
}

/** 0 at the axis' beginning, 1 at its end. */
function shareOf({ low, high, isLogarithmic }: Axis, value: number): number {
  if (isLogarithmic === true) return Math.log(value / low) / Math.log(high / low);
  return (value - low) / (high - low);
}

/** The ticks' labels below, and the axis' own. */
export function horizontalAxis(frame: Frame, axis: Axis, { isGrid = false } = {}): string[] {
  const { width, height, left, right, top, bottom } = frame;
  const x = across(frame, axis);
  return [
    ...axis.ticks.flatMap((tick) => [
      ...(isGrid
        ? [`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="${top}" y2="${height - bottom}"/>`]
        : []),
      `<text class="tick" x="${px(x(tick))}" y="${height - bottom + 18}" text-anchor="middle">${escaped(axis.format(tick))}</text>`,
    ]),
    `<text class="axis" x="${px((left + width - right) / 2)}" y="${height - 8}" text-anchor="middle">${escaped(axis.label)}</text>`,
  ];
}

/** A line across at each tick, and the labels on the left. */
export function verticalAxis(frame: Frame, axis: Axis): string[] {
  const { width, height, left, right, top, bottom } = frame;
  const y = upwards(frame, axis);
  return [
    ...axis.ticks.map(
      (tick) =>
        `<line class="grid" x1="${left}" x2="${width - right}" y1="${px(y(tick))}" y2="${px(y(tick))}"/>` +
        `<text class="tick" x="${left - 8}" y="${px(y(tick) + 4)}" text-anchor="end">${escaped(axis.format(tick))}</text>`,
    ),
    `<text class="axis" transform="translate(14 ${px((top + height - bottom) / 2)}) rotate(-90)" text-anchor="middle">${escaped(axis.label)}</text>`,
  ];
}

/** Title and description are what a screen reader says of it. */
export function svgOf(
  frame: Pick<Frame, "width" | "height">,
  { title, description }: { title: string; description: string },
  parts: readonly string[],
): string {
  return [
    `<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img">`,
    `<title>${escaped(title)}</title><desc>${escaped(description)}</desc>`,
    ...parts,
    "</svg>",
  ].join("\n");
}
