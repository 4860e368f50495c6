import type { ComponentType } from "preact";
import { useState } from "preact/hooks";
import { Card } from "../parts.tsx";
import { Store, useStore } from "../store.ts";
import { hold } from "../unsaved.ts";
import type { FlowProps, Picked } from "./flow.tsx";
import type { ImportRun } from "./run.ts";

interface Opened {
  picked: Picked;
  Flow: ComponentType<FlowProps>;
  run: ImportRun | null;
}

/** The file that is looked at or sent, over all pages of the console: who comes back sees how far it is. */
const file = new Store<Opened | "opening" | null>(null);

hold({
  isUnsaved: () => runNow()?.isUnderWay === true,
  forget() {
    runNow()?.stop();
    file.set(null);
  },
});

function runNow(): ImportRun | null {
  return file.value === null || file.value === "opening" ? null : file.value.run;
}

/** A file of items, events or users, from this computer to the shop: looked at here, sent by the API's own bulk routes. */
export function Import() {
  const opened = useStore(file);
  const [problem, setProblem] = useState<string | null>(null);
  const pick = async (chosen: File | undefined) => {
    setProblem(null);
    if (chosen === undefined) return;
    file.set("opening");
    try {
      // Parsers and schemas are half of the console: they come once somebody has a file.
      const { Flow, lookAt } = await import("./flow.tsx");
      const looked = await lookAt(chosen);
      // The session may have become another's meanwhile.
      if (file.value !== "opening") return;
      if (!("error" in looked)) return file.set({ picked: looked, Flow, run: null });
      setProblem(looked.error);
    } catch (error) {
      setProblem(`The file cannot be read: ${error instanceof Error ? error.message : error}`);
    }
    file.set(null);
  };
  return (
    <Card
      title="Import"
      note="A CSV, TSV or JSON lines file of items, events or users. It is read in this browser; what each column becomes is proposed, and nothing is sent before you say so."
    >
      {opened === null || opened === "opening" ? (
        <p class="form">
          <label>
            File{" "}
            <input
              type="file"
              accept=".csv,.tsv,.txt,.jsonl,.ndjson,.json,text/csv,text/tab-separated-values,text/plain,application/x-ndjson"
              disabled={opened === "opening"}
              onChange={(event) => void pick(event.currentTarget.files?.[0])}
            />
          </label>
        </p>
      ) : (
        <opened.Flow
          picked={opened.picked}
          run={opened.run}
          onRun={(run) => file.set({ ...opened, run })}
          onClose={() => file.set(null)}
        />
      )}
      {problem === null ? null : (
        <p class="failure" role="alert">
          {problem}
        </p>
      )}
    </Card>
  );
}
