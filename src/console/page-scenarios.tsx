import { useState } from "preact/hooks";
import { Await, Card, Empty, Page } from "./parts.tsx";
import type { Draft } from "./scenario/config.ts";
import { stableText } from "./scenario/difference.ts";
import { Editor } from "./scenario/editor.tsx";
import type { Version } from "./scenario/history.tsx";
import { useLoaded } from "./use-loaded.ts";

/** What may lists show, and where? */
export function ScenariosPage() {
  const stored = useLoaded<{ scenarios: Version[] }>("/v1/admin/scenarios");
  const [chosen, setChosen] = useState<string | null>(null);
  const [name, setName] = useState("");
  // By name, so that a look at another scenario loses nothing.
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft | null>>>({});
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
                {scenarios.map((one) => (
                  <li key={one.name}>
                    <button
                      type="button"
                      aria-pressed={chosen === one.name}
                      onClick={() => setChosen(one.name)}
                    >
                      {one.name}
                      {isEdited(one, drafts[one.name]) ? " (edited)" : ""}
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
        <Editor
          key={chosen}
          name={chosen}
          draft={drafts[chosen] ?? null}
          onDraft={(draft) => setDrafts((before) => ({ ...before, [chosen]: draft }))}
          onStored={stored.reload}
        />
      )}
    </Page>
  );
}

function isEdited({ config }: Version, draft: Draft | null | undefined): boolean {
  if (draft === null || draft === undefined) return false;
  return draft.fault !== null || stableText(config) !== stableText(draft.config);
}
