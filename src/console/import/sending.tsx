import { ApiFailure, send } from "../api.ts";
import { Action, Failure, Table, Time } from "../parts.tsx";
import { useStore } from "../store.ts";
import type { Plan } from "./plan.ts";
import type { ImportRun, RunState } from "./run.ts";
import type { Progress, Refusal } from "./send.ts";
import { KIND_ROWS } from "./words.ts";

/** How far the sending of a file is, and what was refused and why. */
export function Sending({ run, onClose }: { run: ImportRun; onClose: () => void }) {
  const { state, progress, started } = useStore(run.shown);
  const { file, plan } = run;
  return (
    <>
      <p>
        <progress
          aria-label={`Importing ${file.name}`}
          max={file.size}
          value={state === "done" ? file.size : (progress?.bytes ?? 0)}
        />
      </p>
      <p role="status">{told(state, progress, plan)}</p>
      {started === null || started.is_new ? null : (
        <p class="note">
          This file was begun on <Time ms={started.started_at} />: rows that were accepted then count once.
        </p>
      )}
      {progress?.notices.map((notice) => (
        <p key={notice} class="note">
          {notice}
        </p>
      ))}
      {state instanceof ApiFailure ? <Failure error={state} retry={() => run.begin()} /> : null}
      {progress === null || progress.refused === 0 ? null : (
        <Refusals refusals={progress.refusals} refused={progress.refused} fileName={file.name} />
      )}
      <p class="actions">
        {run.isUnderWay ? (
          <button type="button" onClick={() => run.stop()}>
            Stop
          </button>
        ) : (
          <>
            {state === "stopped" ? (
              <button type="button" onClick={() => run.begin()}>
                Go on
              </button>
            ) : null}
            {plan.kind === "interactions" && state === "done" ? (
              <Action act={() => send("POST", "/v1/admin/retrain", { reason: "import" })}>
                Retrain on it now
              </Action>
            ) : null}
            <button type="button" onClick={onClose}>
              Import another file
            </button>
          </>
        )}
      </p>
    </>
  );
}

function told(state: RunState, progress: Progress | null, { kind }: Plan): string {
  if (state === "reading") return "Reading the file …";
  const { accepted = 0, refused = 0 } = progress ?? {};
  const counts = `${accepted.toLocaleString()} ${KIND_ROWS[kind]} accepted, ${refused.toLocaleString()} ${refused === 1 ? "row" : "rows"} refused`;
  if (state === "sending") return `${counts}. Other pages of the console may be looked at meanwhile.`;
  if (state === "done") return `Done: ${counts}.`;
  return `Stopped: ${counts}. What was accepted stays; sent again, it counts once.`;
}

const ROWS_NAMED = 5;

/** What was refused by its reason, and a file of it. */
function Refusals({
  refusals,
  refused,
  fileName,
}: {
  refusals: readonly Refusal[];
  refused: number;
  fileName: string;
}) {
  const reasons = [...Map.groupBy(refusals, ({ reason }) => reason)].sort(
    (a, b) => b[1].length - a[1].length,
  );
  const kept = refused > refusals.length ? ` The first ${refusals.length.toLocaleString()} are told of.` : "";
  const save = async () => {
    const lines = refusals.map((refusal) => `${JSON.stringify(refusal)}\n`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(lines, { type: "application/x-ndjson" }));
    link.download = `${fileName}.refused.jsonl`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <>
      <Table caption="Refused rows" head={["Why", "Rows", "Such as"]}>
        {reasons.slice(0, 20).map(([reason, rows]) => (
          <tr key={reason}>
            <th scope="row">{reason}</th>
            <td class="number">{rows.length.toLocaleString()}</td>
            <td>
              row{" "}
              {rows
                .slice(0, ROWS_NAMED)
                .map(({ row }) => row)
                .join(", ")}
            </td>
          </tr>
        ))}
      </Table>
      <p>
        <Action act={save}>Save the refused rows</Action> <small>{kept}</small>
      </p>
    </>
  );
}
