import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type Range,
  type VirtualItem,
  Virtualizer,
} from "@tanstack/virtual-core";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

/** Rows beyond either edge, for a screen reader's next step and for quick scrolling. */
const OVERSCAN = 8;

export interface Windowed {
  /** Rows that are in the page, in their order; `start` and `end` in px from the first. */
  items: readonly VirtualItem[];
  /** Height of all rows, those not yet seen by estimate, px. */
  totalPx: number;
  /** For `ref` of each row, which carries its index as `data-index`. */
  measure(row: HTMLTableRowElement | null): void;
  /** A row that holds the focus stays, however far the list is scrolled. -1: none does. */
  keep(index: number): void;
}

interface Wanted {
  count: number;
  /** A row's height before it is measured, px. */
  rowPx: number;
  /** Height of the place before it is measured, px. */
  placePx: number;
  keyOf(index: number): string;
}

/** Which of many rows are near what is seen of a place that scrolls. */
export function useWindow(place: { current: HTMLElement | null }, wanted: Wanted): Windowed {
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const kept = useRef(-1);
  const options = {
    count: wanted.count,
    getScrollElement: () => place.current,
    estimateSize: () => wanted.rowPx,
    getItemKey: wanted.keyOf,
    initialRect: { width: 0, height: wanted.placePx },
    overscan: OVERSCAN,
    rangeExtractor: (range: Range) => withKept(defaultRangeExtractor(range), kept.current, range.count),
    // A row's own box: its cells' borders are in it, whatever the browser makes of a row's offset.
    measureElement: (row: HTMLTableRowElement) => row.getBoundingClientRect().height,
    onChange: () => redraw(undefined),
    ...{ scrollToFn: elementScroll, observeElementRect, observeElementOffset },
  };
  const [virtualizer] = useState(() =>
    withoutJumps(new Virtualizer<HTMLElement, HTMLTableRowElement>(options)),
  );
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return {
    items: virtualizer.getVirtualItems(),
    totalPx: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
    keep: (index) => {
      kept.current = index;
    },
  };
}

/** What is seen is kept in its place by the browser's own scroll anchoring: writing the offset would end a scroll that is under way. */
function withoutJumps<Place extends Element, Row extends Element>(virtualizer: Virtualizer<Place, Row>) {
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = () => false;
  return virtualizer;
}

function withKept(shown: number[], kept: number, count: number): number[] {
  if (kept < 0 || kept >= count || shown.includes(kept)) return shown;
  return [...shown, kept].sort((a, b) => a - b);
}
