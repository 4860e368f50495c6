import { useState } from "preact/hooks";
import { Action, Await, Empty, Time } from "../parts.tsx";
import { useLoaded } from "../use-loaded.ts";
import { VirtualTable } from "../virtual-rows.tsx";
import { type Example, examplesPath, nextPage, type SetAside } from "./quarantine.ts";

interface Row extends Example {
  id: string;
}

/** The newest of what is still set aside, of one reason or of all; each opens to what is kept of it. */
export function Examples({ reason }: { reason: string | null }) {
  const first = useLoaded<SetAside>(examplesPath(reason));
  const [more, setMore] = useState<SetAside[]>([]);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) =>
    setOpen((before) => (before.has(id) ? without(before, id) : new Set([...before, id])));
  return (
    <Await of={first} rows={6}>
      {(page) => {
        const pages = [page, ...more];
        const rows = pages
          .flatMap(({ examples }) => examples)
          .map((one, at): Row => ({ ...one, id: `${at}` }));
        const cursor = pages.at(-1)?.cursor;
        if (rows.length === 0) return <Empty>None is set aside any more.</Empty>;
        return (
          <>
            <VirtualTable
              caption="Examples of what was set aside"
              head={["When", "Reason", "What is wrong", ""]}
              widths={[18, 18, 50, 14]}
              rows={rows}
              keyOf={({ id }) => id}
            >
              {(row) => <Cells row={row} isOpen={open.has(row.id)} onToggle={() => toggle(row.id)} />}
            </VirtualTable>
            {cursor === undefined ? null : (
              <p class="actions">
                <Action act={() => nextPage(reason, cursor).then((next) => setMore([...more, next]))}>
                  Older ones
                </Action>
              </p>
            )}
          </>
        );
      }}
    </Await>
  );
}

function Cells({ row, isOpen, onToggle }: { row: Row; isOpen: boolean; onToggle: () => void }) {
  const { id, at, reason, detail, event_id, body, cut } = row;
  return (
    <>
      <th scope="row">
        <Time ms={at} />
      </th>
      <td>
        <code>{reason}</code>
      </td>
      <td>
        {detail ?? "It is told by the reason alone."}
        {event_id === null ? null : (
          <small>
            {" "}
            Event <code>{event_id}</code>.
          </small>
        )}
        {isOpen ? (
          <pre class="kept" id={`kept-${id}`}>
            {readable(body)}
            {cut ? " …" : ""}
          </pre>
        ) : null}
      </td>
      <td>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? `kept-${id}` : undefined}
          onClick={onToggle}
        >
          {isOpen ? "Close" : "Open"}
          <span class="hidden"> event {event_id ?? id}</span>
        </button>
      </td>
    </>
  );
}

/** An event in lines; as it is where it is no JSON, or cut. */
function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function without(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const rest = new Set(ids);
  rest.delete(id);
  return rest;
}
