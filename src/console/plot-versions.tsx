import type uPlot from "uplot";
import type { Interval } from "./model-cards.ts";
import { type Draw, Plot } from "./plot.tsx";

export interface Bar {
  name: string;
  own: Interval;
  other: Interval;
}

const SERIES = [
  ["--lake", "own"],
  ["--sand", "other"],
] as const;
/** Between the two of one version, pixels. */
const APART_PX = 4;

/** A figure of each version, the oldest first, beside popularity's on the same cases; the whiskers are 95 % intervals. The table beside it says the same in words. */
export function VersionsPlot({ label, bars }: { label: string; bars: readonly Bar[] }) {
  const words = bars.map(
    ({ name, own, other }) => `${name} ${own.value.toFixed(4)}, popularity ${other.value.toFixed(4)}`,
  );
  return (
    <Plot
      label={`${label}: ${words.join("; ")}`}
      height={220}
      of={JSON.stringify(bars)}
      draw={drawn(bars.toReversed())}
    >
      <span class="key own">ours</span> <span class="key other">popularity</span>
    </Plot>
  );
}

function drawn(bars: readonly Bar[]): Draw {
  return (colour) => {
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 } };
    const top = Math.max(...bars.map(({ own, other }) => Math.max(own.high, other.high)));
    const invisible = { paths: () => null, points: { show: false } };
    return {
      options: {
        scales: {
          x: { time: false, range: () => [-0.5, bars.length - 0.5] },
          y: { range: () => [0, 1.1 * top] },
        },
        axes: [
          {
            ...axis,
            splits: () => bars.map((_, at) => at),
            values: (_, at) => at.map((one) => bars[one]?.name ?? ""),
          },
          { ...axis, size: 64 },
        ],
        series: [{}, ...SERIES.map(() => invisible)],
        hooks: { draw: [(plot) => drawIntervals(plot, bars, colour)] },
      },
      data: [bars.map((_, at) => at), bars.map(({ own }) => own.value), bars.map(({ other }) => other.value)],
    };
  };
}

/** A dot with its whisker for each. */
function drawIntervals(
  { ctx, valToPos }: uPlot,
  bars: readonly Bar[],
  colour: (name: string) => string,
): void {
  for (const [name, of] of SERIES) {
    ctx.strokeStyle = ctx.fillStyle = colour(name);
    ctx.lineWidth = 2 * devicePixelRatio;
    for (const [at, bar] of bars.entries()) {
      const x = valToPos(at, "x", true) + (of === "own" ? -APART_PX : APART_PX) * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x, valToPos(bar[of].low, "y", true));
      ctx.lineTo(x, valToPos(bar[of].high, "y", true));
      ctx.stroke();
      ctx.beginPath();
      ctx.arc(x, valToPos(bar[of].value, "y", true), 4 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fill();
    }
  }
}
