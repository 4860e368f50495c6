import type { Config } from "./config.ts";
import { type Line, linesOf } from "./difference.ts";

const SIGNS: Record<Line["kind"], { sign: string; said: string }> = {
  added: { sign: "+", said: "added: " },
  removed: { sign: "−", said: "removed: " },
  same: { sign: "", said: "" },
  "left out": { sign: "⋯", said: "" },
};

/** What changes between two configurations, line by line; null is none. */
export function Diff({ before, after }: { before: Config | null; after: Config | null }) {
  const lines = linesOf(before, after);
  if (lines.length === 0) return <p class="empty">Nothing changes.</p>;
  const count = (kind: Line["kind"]) => lines.filter((line) => line.kind === kind).length;
  return (
    <>
      <p class="note">
        Lines added: {count("added")}, removed: {count("removed")}.
      </p>
      <ol class="diff">
        {lines.map(({ at, kind, text }) => (
          <li key={at} class={kind.replace(" ", "-")}>
            <span aria-hidden="true">{SIGNS[kind].sign}</span>
            <code>
              <span class="hidden">{SIGNS[kind].said}</span>
              {text}
            </code>
          </li>
        ))}
      </ol>
    </>
  );
}
