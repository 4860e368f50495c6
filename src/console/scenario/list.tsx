import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { problemAt } from "./check.ts";
import { type Path, valueAt } from "./config.ts";
import type { Form } from "./inputs.tsx";

interface ListProps {
  form: Form;
  path: Path;
  /** One of them, as in `Add a boost`. */
  one: string;
  /** What is added: still to be filled in. */
  fresh: (count: number) => unknown;
  children: (path: Path) => ComponentChildren;
}

/** Parts of which there may be several, each with what it takes and a way to remove it. */
export function List({ form, path, one, fresh, children }: ListProps) {
  const add = useRef<HTMLButtonElement>(null);
  const given = valueAt(form.config, path);
  if (given !== undefined && !Array.isArray(given))
    return <p class="note">This is no list that the form can show: see it as JSON.</p>;
  const count = given?.length ?? 0;
  const problem = problemAt(form.problems, path, false);
  return (
    <>
      {problem === undefined ? null : <small class="wrong">{problem}</small>}
      {Array.from({ length: count }, (_, at) => [...path, at]).map((place, at) => (
        <fieldset key={place.join(".")} class="part">
          <legend>
            {one} {at + 1}
          </legend>
          {children(place)}
          <Wrong message={problemAt(form.problems, place, false)} />
          <button
            type="button"
            aria-label={`Remove ${one} ${at + 1}`}
            title="Remove"
            onClick={() => {
              form.set(place, undefined);
              add.current?.focus();
            }}
          >
            ×
          </button>
        </fieldset>
      ))}
      <button ref={add} type="button" onClick={() => form.set([...path, count], fresh(count))}>
        Add a {one}
      </button>
    </>
  );
}

function Wrong({ message }: { message: string | undefined }) {
  return message === undefined ? null : <small class="wrong">{message}</small>;
}
