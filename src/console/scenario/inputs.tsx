import { useId, useState } from "preact/hooks";
import { type Problem, problemAt } from "./check.ts";
import { type Config, type Path, valueAt } from "./config.ts";
import { type Notation, same } from "./notation.ts";

/** What the parts of a form share: the one configuration, how it is changed, and what is wrong with it. */
export interface Form {
  config: Config;
  problems: readonly Problem[];
  /** `undefined` takes out what stands there. */
  set(path: Path, value: unknown): void;
}

interface TypedProps {
  label: string;
  isLabelHidden?: boolean;
  value: unknown;
  notation: Notation;
  onValue(value: unknown): void;
  problem?: string | undefined;
  hint?: string;
  placeholder?: string;
  /** The id of a `datalist`. */
  list?: string;
  inputMode?: "text" | "decimal" | "numeric";
}

/** A text field for a value. While it is typed in, the text stays as typed; what it says is the value. */
export function Typed({
  label,
  isLabelHidden,
  value,
  notation,
  onValue,
  problem,
  hint,
  ...input
}: TypedProps) {
  const id = useId();
  const [text, setText] = useState("");
  const written = notation.write(value);
  const isOwn = same(notation.read(text), value);
  return (
    <div class="field">
      <label for={id} class={isLabelHidden === true ? "hidden" : ""}>
        {label}
      </label>
      <input
        {...input}
        type="text"
        id={id}
        value={isOwn ? text : (written ?? "")}
        readOnly={written === null}
        {...(written === null ? { placeholder: "more in JSON" } : {})}
        {...described(id, { hint, problem })}
        onInput={(event) => {
          setText(event.currentTarget.value);
          onValue(notation.read(event.currentTarget.value));
        }}
      />
      <Notes id={id} hint={hint} problem={problem} />
    </div>
  );
}

interface Told {
  hint?: string | undefined;
  problem?: string | undefined;
}

/** So that whoever hears a field hears what is told of it. */
export function described(id: string, { hint, problem }: Told) {
  const ids = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(problem === undefined ? [] : [`${id}-wrong`]),
  ];
  return {
    ...(ids.length === 0 ? {} : { "aria-describedby": ids.join(" ") }),
    ...(problem === undefined ? {} : { "aria-invalid": true }),
  };
}

export function Notes({ id, hint, problem }: Told & { id: string }) {
  return (
    <>
      {hint === undefined ? null : <small id={`${id}-hint`}>{hint}</small>}
      {problem === undefined ? null : (
        <small id={`${id}-wrong`} class="wrong">
          {problem}
        </small>
      )}
    </>
  );
}

type EntryProps = Omit<TypedProps, "value" | "onValue" | "problem"> & { form: Form; path: Path };

/** A text field for what stands at a place of the configuration. */
export function Entry({ form, path, ...typed }: EntryProps) {
  return (
    <Typed
      {...typed}
      value={valueAt(form.config, path)}
      problem={problemAt(form.problems, path, true)}
      onValue={(value) => form.set(path, value)}
    />
  );
}
