import { Await, Card, Empty } from "./parts.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Finding {
  code: string;
  about: string;
  severity: "error" | "warn" | "info";
  count: number;
  of: number;
  sentence: string;
  advice: string;
  examples: string[];
}

interface Diagnosis {
  events: number;
  complete: boolean;
  findings: Finding[];
}

const WORDS = { error: "Mend this", warn: "Worth a look", info: "Good to know" };

/** What stands out in what the shop sends? */
export function Doctor() {
  const diagnosis = useLoaded<Diagnosis>("/v1/admin/doctor");
  return (
    <Card
      title="What stands out"
      note="In the last seven days' events, in the catalogue and in what your server told of users. What came in the last ten minutes is not in it yet."
    >
      <Await of={diagnosis} rows={6}>
        {({ findings, events, complete }) => (
          <>
            <p>
              {events.toLocaleString()} events were looked at.{" "}
              {complete ? null : "There are more than one look reads: shares are of these."}
            </p>
            {findings.length === 0 ? (
              <Empty>Nothing stands out.</Empty>
            ) : (
              <ul class="findings">
                {findings.map((finding) => (
                  <FoundItem key={`${finding.code} ${finding.about}`} finding={finding} />
                ))}
              </ul>
            )}
          </>
        )}
      </Await>
    </Card>
  );
}

function FoundItem({ finding: { severity, sentence, advice, examples } }: { finding: Finding }) {
  return (
    <li>
      <span class={`badge ${severity}`}>{WORDS[severity]}</span>
      <div>
        <p class="found">{sentence}</p>
        <p class="note">{advice}</p>
        {examples.length === 0 ? null : (
          <p class="note">
            For example{" "}
            {examples.map((example, index) => (
              <span key={example}>
                {index === 0 ? "" : ", "}
                <code>{example}</code>
              </span>
            ))}
          </p>
        )}
      </div>
    </li>
  );
}
