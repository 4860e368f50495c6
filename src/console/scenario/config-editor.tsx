import { useState } from "preact/hooks";
import { Card, Empty } from "../parts.tsx";
import type { Problem } from "./check.ts";
import { type Draft, draftOf, partsInJsonAlone, textOf, typed, withValue } from "./config.ts";
import type { Form } from "./inputs.tsx";
import { ItemFields } from "./item-fields.tsx";
import { Boosts, Filters, Mix, Pins } from "./rules.tsx";
import { Settings } from "./settings.tsx";

interface ConfigEditorProps {
  name: string;
  draft: Draft;
  problems: readonly Problem[];
  isLoading: boolean;
  onDraft(draft: Draft): void;
}

/** The configuration as a form or as JSON: two looks at the same. */
export function ConfigEditor({ name, draft, problems, isLoading, onDraft }: ConfigEditorProps) {
  const [isJson, setJson] = useState(false);
  return (
    <Card title={`Edit ${name}`}>
      <fieldset class="chips">
        <legend class="hidden">Edit</legend>
        <button
          type="button"
          aria-pressed={!isJson}
          disabled={draft.fault !== null}
          onClick={() => setJson(false)}
        >
          As a form
        </button>
        <button type="button" aria-pressed={isJson} onClick={() => setJson(true)}>
          As JSON
        </button>
      </fieldset>
      {isLoading ? (
        <Empty>On its way.</Empty>
      ) : isJson ? (
        <JsonEditor name={name} draft={draft} problems={problems} onDraft={onDraft} />
      ) : (
        <FormEditor draft={draft} problems={problems} onDraft={onDraft} />
      )}
    </Card>
  );
}

function FormEditor({ draft, problems, onDraft }: Pick<ConfigEditorProps, "draft" | "problems" | "onDraft">) {
  const form: Form = {
    config: draft.config,
    problems,
    set: (path, value) => onDraft(draftOf(withValue(draft.config, path, value))),
  };
  const inJson = partsInJsonAlone(draft.config);
  return (
    <div class="scenario">
      <ItemFields />
      {inJson.length === 0 ? null : (
        <p class="note">
          More in JSON: <code>{inJson.join(", ")}</code>. It stays as it is.
        </p>
      )}
      <Filters form={form} />
      <Boosts form={form} />
      <Pins form={form} />
      <Mix form={form} />
      <Settings form={form} />
    </div>
  );
}

function JsonEditor({ name, draft, problems, onDraft }: Omit<ConfigEditorProps, "isLoading">) {
  const wrong = draft.fault === null ? problems : [{ field: "", message: draft.fault }];
  return (
    <>
      <p class="note">
        The whole of it, as <a href="/docs#rules">the documents</a> tell it: event weights and what may be
        relaxed are written here alone.
      </p>
      <label class="hidden" for="config">
        Configuration of {name}
      </label>
      <textarea
        id="config"
        rows={24}
        spellcheck={false}
        value={textOf(draft)}
        aria-describedby="config-wrong"
        aria-invalid={wrong.length > 0}
        onInput={(event) => onDraft(typed(draft, event.currentTarget.value))}
      />
      <p id="config-wrong" class="wrong">
        {wrong.map(({ field, message }) => (field === "" ? message : `${field}: ${message}`)).join("; ")}
      </p>
    </>
  );
}
