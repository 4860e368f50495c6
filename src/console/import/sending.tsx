import { useEffect, useRef, useState } from "preact/hooks";
import { ApiFailure, send } from "../api.ts";
import { Action, Failure, Table, Time } from "../parts.tsx";
import { fingerprintOf, type Piece } from "./file.ts";
import type { Plan } from "./plan.ts";
import { type Progress, type Refusal, sendRows } from "./send.ts";
import { KIND_ROWS } from "./words.ts";

interface Started {
  started_at: number;
  is_new: boolean;
  counts_until: number;
}

type State = "reading" | "sending" | "stopped" | "done" | ApiFailure;

/** Sends a file's rows and tells how far it is, and what was refused and why. Leaving the page stops it. */
export function Sending({ file, open, plan, onClose }: SendingProps) {
  const [state, setState] = useState<State>("reading");
  const [progress, setProgress] = useState<Progress | null>(null);
  const [started, setStarted] = useState<Started | null>(null);
  const [turn, setTurn] = useState(0);
  const stop = useRef(() => {});
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` is what begins again; the rest stays while this is shown
  useEffect(() => {
    const aborted = new AbortController();
    stop.current = () => aborted.abort();
    const { signal } = aborted;
    const run = async () => {
      const fingerprint = await fingerprintOf(file);
      const start =
        plan.kind === "interactions"
          ? await send<Started>("POST", "/v1/admin/imports", { fingerprint })
          : null;
      if (start !== null && Date.now() > start.counts_until) throw new ApiFailure(0, tooLate(start));
      setStarted(start);
      setState("sending");
      const source = { pieces: open(), fingerprint, startedMs: start?.started_at ?? 0 };
      const last = await sendRows(plan, source, { signal, onProgress: setProgress });
      setProgress(last);
      setState(signal.aborted ? "stopped" : "done");
    };
    run().catch((error: unknown) =>
      setState(error instanceof ApiFailure ? error : new ApiFailure(0, String(error))),
    );
    return () => aborted.abort();
  }, [turn]);
  const isUnderWay = state === "reading" || state === "sending";
  const again = () => {
    setState("reading");
    setTurn(turn + 1);
  };
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
      {state instanceof ApiFailure ? <Failure error={state} retry={again} /> : null}
      {progress === null || progress.refused === 0 ? null : (
        <Refusals refusals={progress.refusals} refused={progress.refused} fileName={file.name} />
      )}
      <p class="actions">
        {isUnderWay ? (
          <button type="button" onClick={() => stop.current()}>
            Stop
          </button>
        ) : (
          <>
            {state === "stopped" ? (
              <button type="button" onClick={again}>
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

interface SendingProps {
  file: File;
  /** The rows from their beginning. */
  open: () => AsyncGenerator<Piece>;
  plan: Plan;
  onClose: () => void;
}

function tooLate({ started_at }: Started): string {
  return `This file was imported on ${new Date(started_at).toLocaleDateString()}. After six days its rows cannot be told from those of then: what counted counts, and nothing is sent again.`;
}

function told(state: State, progress: Progress | null, { kind }: Plan): string {
  if (state === "reading") return "Reading the file …";
  const { accepted = 0, refused = 0 } = progress ?? {};
  const counts = `${accepted.toLocaleString()} ${KIND_ROWS[kind]} accepted, ${refused.toLocaleString()} ${refused === 1 ? "row" : "rows"} refused`;
  if (state === "sending") return `${counts}. Stay on this page.`;
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
