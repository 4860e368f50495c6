import type { ComponentType } from "preact";
import { useState } from "preact/hooks";
import { Card } from "../parts.tsx";
import type { FlowProps, Picked } from "./flow.tsx";

interface Opened {
  picked: Picked;
  Flow: ComponentType<FlowProps>;
}

/** A file of items, events or users, from this computer to the shop: looked at here, sent by the API's own bulk routes. */
export function Import() {
  const [opened, setOpened] = useState<Opened | "opening" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const pick = async (file: File | undefined) => {
    setProblem(null);
    if (file === undefined) return;
    setOpened("opening");
    try {
      // Parsers and schemas are half of the console: they come once somebody has a file.
      const { Flow, lookAt } = await import("./flow.tsx");
      const looked = await lookAt(file);
      if (!("error" in looked)) return setOpened({ picked: looked, Flow });
      setProblem(looked.error);
    } catch (error) {
      setProblem(`The file cannot be read: ${error instanceof Error ? error.message : error}`);
    }
    setOpened(null);
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
        <opened.Flow picked={opened.picked} onClose={() => setOpened(null)} />
      )}
      {problem === null ? null : (
        <p class="failure" role="alert">
          {problem}
        </p>
      )}
    </Card>
  );
}
