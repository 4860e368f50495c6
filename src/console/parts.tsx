import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { ApiFailure, failureOf } from "./api.ts";
import { Term, type TermProps } from "./term.tsx";
import type { Loaded } from "./use-loaded.ts";

/** A page's own question, and what answers it. */
export function Page({ question, children }: { question: string; children: ComponentChildren }) {
  return (
    <main id="page" tabIndex={-1}>
      <h1>{question}</h1>
      {children}
    </main>
  );
}

export function Card({
  title,
  note,
  children,
}: {
  title: string;
  note?: string;
  children: ComponentChildren;
}) {
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      {note === undefined ? null : <p class="note">{note}</p>}
      {children}
    </section>
  );
}

/** What is loaded, or, at the same place, that it is on its way or could not come. */
export function Await<T>({
  of,
  rows = 3,
  children,
}: {
  of: Loaded<T>;
  rows?: number;
  children: (data: T) => ComponentChildren;
}) {
  if (of.data !== null) {
    return (
      <>
        {of.error === null ? null : <Failure error={of.error} retry={of.reload} />}
        {children(of.data)}
      </>
    );
  }
  if (of.error !== null) return <Failure error={of.error} retry={of.reload} />;
  return <Skeleton rows={rows} />;
}

/** Shows what it holds once all of it has come, or could not: nothing moves under somebody's eyes while the rest is on its way. */
export function Together({ isThere, children }: { isThere: boolean; children: ComponentChildren }) {
  const wasThere = useRef(false);
  wasThere.current ||= isThere;
  return wasThere.current ? children : <Skeleton rows={12} />;
}

/** Whether an answer came, good or bad. */
export function hasSettled({ data, error }: Loaded<unknown>): boolean {
  return data !== null || error !== null;
}

function Skeleton({ rows }: { rows: number }) {
  return (
    <output class="skeleton" aria-label="loading">
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((row) => (
        <span key={row} />
      ))}
    </output>
  );
}

export function Failure({ error, retry }: { error: ApiFailure; retry?: () => void }) {
  return (
    <p class="failure" role="alert">
      {error.message}{" "}
      {retry === undefined ? null : (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </p>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** A figure with its unit; its label tells what it means. */
export function Figure({ label, value, unit, meaning, low, high }: FigureProps) {
  return (
    <div class="figure">
      <dt>
        <Term name={label} meaning={meaning} />
      </dt>
      <dd>
        {value}
        {unit === undefined ? null : <small> {unit}</small>}
        {low === undefined || high === undefined ? null : (
          <small class="interval" title="95 % interval">
            {" "}
            {low} … {high}
          </small>
        )}
      </dd>
    </div>
  );
}

interface FigureProps {
  label: string;
  value: string;
  unit?: string;
  /** Definition and window. */
  meaning: string;
  low?: string;
  high?: string;
}

/** A button for what takes a moment and may be refused. `sure`: what is asked before it is done. */
export function Action({ sure, act, children, disabled }: ActionProps) {
  const [state, setState] = useState<"idle" | "busy" | ApiFailure>("idle");
  const run = async () => {
    if (sure !== undefined && !confirm(sure)) return;
    setState("busy");
    try {
      await act();
      setState("idle");
    } catch (error) {
      setState(failureOf(error));
    }
  };
  return (
    <>
      <button type="button" disabled={disabled === true || state === "busy"} onClick={run}>
        {children}
      </button>
      {state instanceof ApiFailure ? <Failure error={state} /> : null}
    </>
  );
}

interface ActionProps {
  sure?: string;
  act: () => Promise<unknown>;
  children: ComponentChildren;
  disabled?: boolean;
}

export function Table({
  caption,
  head,
  children,
}: {
  caption: string;
  /** A head of its own meaning tells it. */
  head: readonly (string | TermProps)[];
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="wide" aria-label={`${caption}: table`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((one) => (
              <th key={typeof one === "string" ? one : one.name} scope="col">
                {typeof one !== "string" ? <Term {...one} /> : one || <span class="hidden">Actions</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function Time({ ms }: { ms: number }) {
  return <time dateTime={new Date(ms).toISOString()}>{TIME.format(ms)}</time>;
}
