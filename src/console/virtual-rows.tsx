import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useWindow } from "./use-window.ts";

/** A row of one line, and the height from which a table scrolls (as the style sheet has it), px. */
const ROW_PX = 38;
const PLACE_PX = 480;

interface VirtualTableProps<Row> {
  caption: string;
  head: readonly string[];
  /** Shares of the columns, in percent: rows that come and go must not move them. */
  widths: readonly number[];
  rows: readonly Row[];
  keyOf(row: Row): string;
  /** The cells of a row, the first of them its header. */
  children(row: Row): ComponentChildren;
}

/**
 * A table of any length: of its rows only those near what is seen are in the page. It scrolls in a place of its own, which the
 * keyboard reaches; each row tells its number and the table how many there are.
 */
export function VirtualTable<Row>({ caption, head, widths, rows, keyOf, children }: VirtualTableProps<Row>) {
  const place = useRef<HTMLElement>(null);
  const { items, totalPx, measure, keep } = useWindow(place, {
    ...{ count: rows.length, rowPx: ROW_PX, placePx: PLACE_PX },
    keyOf: (index) => {
      const row = rows[index];
      return row === undefined ? String(index) : keyOf(row);
    },
  });
  const parts: ComponentChildren[] = [];
  let reachedPx = 0;
  for (const { index, key, start, end } of items) {
    const row = rows[index];
    if (row === undefined) continue;
    if (start > reachedPx)
      parts.push(<Gap key={`before ${key}`} columns={head.length} px={start - reachedPx} />);
    parts.push(
      <tr key={key} ref={measure} data-index={index} aria-rowindex={index + 2}>
        {children(row)}
      </tr>,
    );
    reachedPx = end;
  }
  if (totalPx > reachedPx) parts.push(<Gap key="after" columns={head.length} px={totalPx - reachedPx} />);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="wide tall" aria-label={`${caption}: table`} tabIndex={0} ref={place}>
      <table class="steady" aria-rowcount={rows.length + 1}>
        <colgroup>
          {head.map((name, at) => (
            <col key={name} style={{ width: `${widths[at]}%` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {head.map((name) => (
              <th key={name} scope="col">
                {name === "" ? <span class="hidden">Actions</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onFocusCapture={(event) => keep(indexOf(event.target))} onBlurCapture={() => keep(-1)}>
          {parts}
        </tbody>
      </table>
    </section>
  );
}

/** Holds the place of rows that are not there. */
function Gap({ columns, px }: { columns: number; px: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <tr class="gap" aria-hidden="true">
      <td colSpan={columns} style={{ height: `${px}px` }} />
    </tr>
  );
}

/** Of the row that an element stands in; -1 for none. */
function indexOf(target: EventTarget | null): number {
  const row = target instanceof Element ? target.closest<HTMLElement>("tr[data-index]") : null;
  return Number(row?.dataset.index ?? -1);
}
