import { useState } from "preact/hooks";
import { Await, Card, Empty, Table, Time } from "../parts.tsx";
import { useLoaded } from "../use-loaded.ts";
import { Examples } from "./examples.tsx";
import { examplesPath, type Reason, type SetAside, wordsOf } from "./quarantine.ts";
import { TryAgain } from "./try-again.tsx";

/** What was set aside and why, and taking it back. */
export function QuarantineCard() {
  const all = useLoaded<SetAside>(examplesPath(null));
  const [chosen, setChosen] = useState<string | null>(null);
  // Counts each state that is looked at: pages of an older one are dropped.
  const [turn, setTurn] = useState(0);
  const reload = () => {
    all.reload();
    setTurn((before) => before + 1);
  };
  return (
    <Card
      title="Set aside"
      note="What could not be taken when it came, kept for 90 days. Once the cause is gone, try again: each event counts once, however often it is tried."
    >
      <Await of={all} rows={5}>
        {({ reasons, complete }) =>
          reasons.length === 0 ? (
            <Empty>Nothing of your shop was set aside.</Empty>
          ) : (
            <>
              {complete ? null : (
                <p class="note">There is more than one look reads: older rows are not counted.</p>
              )}
              <Reasons reasons={reasons} chosen={chosen} onChoose={setChosen} />
              <TryAgain reasons={reasons} onDone={reload} />
              <Examples key={`${chosen} ${turn}`} reason={chosen} />
            </>
          )
        }
      </Await>
    </Card>
  );
}

function Reasons({
  reasons,
  chosen,
  onChoose,
}: {
  reasons: readonly Reason[];
  chosen: string | null;
  onChoose: (reason: string | null) => void;
}) {
  return (
    <div class="roomy">
      <Table caption="Reasons" head={["Reason", "What it means", "Set aside", "Taken back", "Newest", ""]}>
        {reasons.map(({ reason, check, rows, taken_back, newest_at }) => (
          <tr key={`${reason} ${check}`}>
            <th scope="row">
              <code>{reason}</code>
            </th>
            <td>
              It {wordsOf(reason)}.{check === null ? null : <small> Check: {check}.</small>}
            </td>
            <td class="number">{rows.toLocaleString()}</td>
            <td class="number">{taken_back.toLocaleString()}</td>
            <td>
              <Time ms={newest_at} />
            </td>
            <td>
              <button
                type="button"
                aria-pressed={chosen === reason}
                onClick={() => onChoose(chosen === reason ? null : reason)}
              >
                Only these<span class="hidden"> of {reason}</span>
              </button>
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}
