import { useState } from "preact/hooks";
import { Await, Card, Empty, Page } from "./parts.tsx";
import { drafts, isUnsaved } from "./scenario/drafts.ts";
import { Editor } from "./scenario/editor.tsx";
import type { Version } from "./scenario/history.tsx";
import { useStore } from "./store.ts";
import { useLoaded } from "./use-loaded.ts";

/** What may lists show, and where? */
export function ScenariosPage() {
  const stored = useLoaded<{ scenarios: Version[] }>("/v1/admin/scenarios");
  const [chosen, setChosen] = useState<string | null>(null);
  const [name, setName] = useState("");
  const kept = useStore(drafts);
  const edited = [...kept].filter(([, one]) => isUnsaved(one)).map(([draft]) => draft);
  return (
    <Page question="What may lists show, and where?">
      <Card
        title="Scenarios"
        note="A named place of your pages: rules, length, fields and fallbacks of its own. In force within a minute of a change."
      >
        <Await of={stored}>
          {({ scenarios }) => (
            <>
              {scenarios.length === 0 ? <Empty>None is stored: lists go by the model alone.</Empty> : null}
              <ul class="chips">
                {namesOf(scenarios, edited).map((one) => (
                  <li key={one}>
                    <button type="button" aria-pressed={chosen === one} onClick={() => setChosen(one)}>
                      {one}
                      {edited.includes(one) ? " (edited)" : ""}
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Await>
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            setChosen(name);
          }}
        >
          <label>
            Another{" "}
            <input
              value={name}
              pattern="[a-z0-9_\-]{1,64}"
              required
              placeholder="basket"
              title="Small letters, digits, _ and -, 64 at most"
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <button type="submit">Begin</button>
        </form>
      </Card>
      {chosen === null ? null : (
        <Editor key={chosen} name={chosen} draft={kept.get(chosen)?.draft ?? null} onStored={stored.reload} />
      )}
    </Page>
  );
}

/** What is stored, and after it what was begun and never published. */
function namesOf(scenarios: readonly Version[], edited: readonly string[]): string[] {
  return [...new Set([...scenarios.map(({ name }) => name), ...edited])];
}
