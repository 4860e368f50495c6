import { change } from "./figures.ts";

/** A lift with its interval: 0.2 is 20 % more. */
export interface Interval {
  name: string;
  value: number;
  low: number;
  high: number;
}

const ROW_PX = 44;
const AXIS_PX = 24;
/** Beyond a tenth and tenfold a lift is cut off: the figures beside tell it. */
const LOW_MIN = -0.9;
const HIGH_MAX = 9;
const TICKS = [-0.9, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 1, 2, 4, 9];
const FEW_TICKS = [-0.9, -0.5, 0, 1, 3, 9];
/** Ticks stand apart as long as the axis spans less than this, in logarithms. */
const FINE_SPAN = 1.6;
/** A tick nearer to an end is left out; one within so much more is written inwards. Shares of the axis. */
const EDGE = 0.03;
const BESIDE_EDGE = 0.12;

/**
 * Intervals on one axis, against the line of no difference. The axis is logarithmic: half as much and twice as much stand equally far from none. The
 * figures beside it say the same in words.
 */
export function IntervalPlot({ label, intervals }: { label: string; intervals: readonly Interval[] }) {
  const from = Math.log1p(Math.max(LOW_MIN, Math.min(-0.1, ...intervals.map(({ low }) => low)))) - 0.05;
  const to = Math.log1p(Math.min(HIGH_MAX, Math.max(0.1, ...intervals.map(({ high }) => high)))) + 0.05;
  const shareOf = (lift: number) => (Math.log1p(Math.max(-0.99, lift)) - from) / (to - from);
  const x = (lift: number) => `${(100 * Math.min(1, Math.max(0, shareOf(lift)))).toFixed(2)}%`;
  const ticks = (to - from < FINE_SPAN ? TICKS : FEW_TICKS).filter(
    (tick) => shareOf(tick) > EDGE && shareOf(tick) < 1 - EDGE,
  );
  const words = intervals.map(
    ({ name, value, low, high }) => `${name} ${change(value)}, from ${change(low)} to ${change(high)}`,
  );
  const bottom = intervals.length * ROW_PX;
  return (
    <svg
      class="intervals"
      role="img"
      aria-label={`${label}: ${words.join("; ")}`}
      width="100%"
      height={bottom + AXIS_PX}
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line class={tick === 0 ? "none" : "tick"} x1={x(tick)} x2={x(tick)} y1={0} y2={bottom} />
          <text x={x(tick)} y={bottom + 16} text-anchor={anchorAt(shareOf(tick))}>
            {tick === 0 ? "no difference" : change(tick)}
          </text>
        </g>
      ))}
      {intervals.map(({ name, value, low, high }, row) => {
        const y = row * ROW_PX + 30;
        return (
          <g key={name}>
            <text x={0} y={y - 14}>
              {name}
            </text>
            <line class="interval" x1={x(low)} x2={x(high)} y1={y} y2={y} />
            <circle cx={x(value)} cy={y} r={5} />
          </g>
        );
      })}
    </svg>
  );
}

function anchorAt(share: number): "start" | "middle" | "end" {
  if (share < BESIDE_EDGE) return "start";
  return share > 1 - BESIDE_EDGE ? "end" : "middle";
}
