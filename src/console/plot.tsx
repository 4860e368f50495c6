import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { colourOf, useScheme } from "./colour.ts";

export interface Bar {
  name: string;
  own: { value: number; low: number; high: number };
  other: { value: number; low: number; high: number };
}

const HEIGHT = 220;

/** A figure of each version, the oldest first, beside popularity's on the same cases; the whiskers are 95 % intervals. The table beside it says the same in words. */
export function IntervalPlot({ label, bars: newestFirst }: { label: string; bars: readonly Bar[] }) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = JSON.stringify(newestFirst);
  const scheme = useScheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are those of the scheme
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const bars = (JSON.parse(drawn) as Bar[]).toReversed();
    const colour = (name: string) => colourOf(current, name);
    const whiskers = (plot: uPlot) => {
      for (const [name, of] of [
        ["--lake", "own"],
        ["--sand", "other"],
      ] as const) {
        plot.ctx.strokeStyle = colour(name);
        plot.ctx.lineWidth = 2 * devicePixelRatio;
        for (const [at, bar] of bars.entries()) {
          const x = plot.valToPos(at, "x", true) + (of === "own" ? -4 : 4) * devicePixelRatio;
          plot.ctx.beginPath();
          plot.ctx.moveTo(x, plot.valToPos(bar[of].low, "y", true));
          plot.ctx.lineTo(x, plot.valToPos(bar[of].high, "y", true));
          plot.ctx.stroke();
        }
      }
    };
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 } };
    const points = (name: string) => ({
      paths: () => null,
      points: { show: true, size: 9, fill: colour(name), stroke: colour(name) },
    });
    const plot = new uPlot(
      {
        ...{ width: current.clientWidth, height: HEIGHT, cursor: { show: false }, legend: { show: false } },
        scales: {
          x: { time: false, range: () => [-0.5, bars.length - 0.5] },
          y: { range: (_, __, high) => [0, high * 1.1] },
        },
        axes: [
          {
            ...axis,
            splits: () => bars.map((_, at) => at),
            values: (_, at) => at.map((one) => bars[one]?.name ?? ""),
          },
          { ...axis, size: 64 },
        ],
        series: [
          {},
          { label: "ours", ...points("--lake") },
          { label: "popularity", ...points("--sand") },
          { show: false },
        ],
        hooks: { draw: [whiskers] },
      },
      [
        bars.map((_, at) => at),
        bars.map(({ own }) => own.value),
        bars.map(({ other }) => other.value),
        bars.map(({ own, other }) => Math.max(own.high, other.high)),
      ],
      current,
    );
    const resized = new ResizeObserver(() => plot.setSize({ width: current.clientWidth, height: HEIGHT }));
    resized.observe(current);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [drawn, scheme]);
  return (
    <figure class="plot">
      <div
        ref={place}
        role="img"
        aria-label={`${label}: ${newestFirst.map(({ name, own, other }) => `${name} ${own.value.toFixed(4)}, popularity ${other.value.toFixed(4)}`).join("; ")}`}
        style={{ height: HEIGHT }}
      />
      <figcaption>
        <span class="key own">ours</span> <span class="key other">popularity</span>
      </figcaption>
    </figure>
  );
}
