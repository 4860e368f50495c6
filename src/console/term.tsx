import { useId, useState } from "preact/hooks";

/** A word whose meaning shows when it is pressed, by touch and by keyboard too; a pointer that rests on it shows it as well. */
export function Term({ name, meaning }: TermProps) {
  const id = useId();
  // What is not shown is not in the page either: nobody reads it twice.
  const [isShown, setShown] = useState(false);
  return (
    <>
      <button type="button" class="term" popovertarget={id} title={meaning}>
        {name}
      </button>
      <span
        id={id}
        popover="auto"
        class="meaning"
        onBeforeToggle={({ newState }) => setShown(newState === "open")}
      >
        {isShown ? meaning : null}
      </span>
    </>
  );
}

export interface TermProps {
  name: string;
  meaning: string;
}
