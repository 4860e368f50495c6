import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { colourOf, useScheme } from "./colour.ts";

/** What is drawn, by the colours of the style sheet as they are now. */
export type Draw = (colour: (name: string) => string) => {
  options: Omit<uPlot.Options, "width" | "height">;
  data: uPlot.AlignedData;
};

interface PlotProps {
  /** All that the picture says, for those who hear the page. */
  label: string;
  height: number;
  /** Names what is drawn: it is drawn anew when this changes, or the reader's scheme. */
  of: string;
  draw: Draw;
  /** The key to its colours. */
  children: ComponentChildren;
}

/** A plot as wide as its place. The place is held before it is drawn, so that nothing moves. */
export function Plot({ label, height, of, draw, children }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useScheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `of` names what `draw` draws, and the colours are the scheme's
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const { options, data } = draw((name) => colourOf(current, name));
    const still = { cursor: { show: false }, legend: { show: false } };
    const plot = new uPlot({ ...still, ...options, width: current.clientWidth, height }, data, current);
    const resized = new ResizeObserver(() => plot.setSize({ width: current.clientWidth, height }));
    resized.observe(current);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [of, scheme]);
  return (
    <figure class="plot">
      <div ref={place} role="img" aria-label={label} style={{ height: `${height}px` }} />
      <figcaption>{children}</figcaption>
    </figure>
  );
}
