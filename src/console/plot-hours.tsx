import uPlot from "uplot";
import { type Draw, Plot } from "./plot.tsx";

interface Hour {
  from: number;
  accepted: number;
  counted: number;
}

const HOUR_S = 3_600;
const HOURS = 24;
/** Steps of the axis: events are whole. */
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7];

/** Bars of the last 24 hours: what was accepted, and, in front of it, what counts. The table beside it says the newest in words. */
export function HoursPlot({ hours }: { hours: readonly Hour[] }) {
  const sum = hours.reduce((all, { accepted }) => all + accepted, 0);
  return (
    <Plot
      label={`Events by the hour: ${sum.toLocaleString()} in the last 24 hours`}
      height={180}
      of={JSON.stringify(hours)}
      draw={drawn(hours)}
    >
      <span class="key wash">accepted</span> <span class="key own">of them count</span>
    </Plot>
  );
}

function drawn(hours: readonly Hour[]): Draw {
  const byHour = new Map(hours.map((hour) => [hour.from / 1_000, hour]));
  const newest = Math.max(...byHour.keys());
  const xs = Array.from({ length: HOURS }, (_, at) => newest - (HOURS - 1 - at) * HOUR_S);
  const values = (name: "accepted" | "counted") => xs.map((x) => byHour.get(x)?.[name] ?? 0);
  const bars = uPlot.paths.bars?.({ size: [0.7, 40] });
  return (colour) => {
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 } };
    const series = (name: string) => ({
      ...{ fill: colour(name), stroke: colour(name), width: 0, points: { show: false } },
      ...(bars === undefined ? {} : { paths: bars }),
    });
    return {
      options: {
        scales: { x: { range: () => [newest - HOURS * HOUR_S, newest + HOUR_S] } },
        axes: [axis, { ...axis, size: 64, incrs: STEPS }],
        series: [{}, series("--lake-wash"), series("--lake")],
      },
      data: [xs, values("accepted"), values("counted")],
    };
  };
}
