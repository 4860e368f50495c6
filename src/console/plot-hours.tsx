import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { colourOf, useScheme } from "./colour.ts";

interface Hour {
  from: number;
  accepted: number;
  counted: number;
}

const HEIGHT = 180;
const HOUR_S = 3_600;
const HOURS = 24;

/** Bars of the last 24 hours: what was accepted, and, in front of it, what counts. The table beside it says the newest in words. */
export function HoursPlot({ hours }: { hours: readonly Hour[] }) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = JSON.stringify(hours);
  const scheme = useScheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are those of the scheme
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const byHour = new Map((JSON.parse(drawn) as Hour[]).map((hour) => [hour.from / 1_000, hour]));
    const newest = Math.max(...byHour.keys());
    const xs = Array.from({ length: HOURS }, (_, at) => newest - (HOURS - 1 - at) * HOUR_S);
    const values = (name: "accepted" | "counted") => xs.map((x) => byHour.get(x)?.[name] ?? 0);
    const colour = (name: string) => colourOf(current, name);
    const bars = uPlot.paths.bars?.({ size: [0.7, 40] });
    const series = (label: string, name: string) => ({
      ...{ label, fill: colour(name), stroke: colour(name), width: 0, points: { show: false } },
      ...(bars === undefined ? {} : { paths: bars }),
    });
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 } };
    const plot = new uPlot(
      {
        ...{ width: current.clientWidth, height: HEIGHT, cursor: { show: false }, legend: { show: false } },
        scales: { x: { range: () => [newest - HOURS * HOUR_S, newest + HOUR_S] } },
        axes: [
          axis,
          {
            ...axis,
            size: 64,
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7],
          },
        ],
        series: [{}, series("accepted", "--lake-wash"), series("count", "--lake")],
      },
      [xs, values("accepted"), values("counted")],
      current,
    );
    const resized = new ResizeObserver(() => plot.setSize({ width: current.clientWidth, height: HEIGHT }));
    resized.observe(current);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [drawn, scheme]);
  const sum = hours.reduce((all, { accepted }) => all + accepted, 0);
  return (
    <figure class="plot">
      <div
        ref={place}
        role="img"
        aria-label={`Events by the hour: ${sum.toLocaleString()} in the last 24 hours`}
        style={{ height: HEIGHT }}
      />
      <figcaption>
        <span class="key wash">accepted</span> <span class="key own">of them count</span>
      </figcaption>
    </figure>
  );
}
