import { useEffect, useRef, useState } from "preact/hooks";
import { type ApiFailure, failureOf } from "../api.ts";
import { Failure } from "../parts.tsx";
import { NOTHING, type Reason, type Replayed, replayAll, wordsOf } from "./quarantine.ts";

type State =
  | { step: "idle" }
  | { step: "busy"; isDryRun: boolean; sums: Replayed }
  | { step: "shown"; isDryRun: boolean; sums: Replayed }
  | { step: "failed"; failure: ApiFailure };

/** Judges again what was set aside: first only to see what would be accepted, then for real. */
export function TryAgain({ reasons, onDone }: { reasons: readonly Reason[]; onDone: () => void }) {
  const [reason, setReason] = useState<string | null>(null);
  const [state, setState] = useState<State>({ step: "idle" });
  const isShown = useRef(true);
  useEffect(
    () => () => {
      isShown.current = false;
    },
    [],
  );
  const names = [...new Set(reasons.map((one) => one.reason))];
  const asked = reasons.filter((one) => reason === null || one.reason === reason);
  const total = asked.reduce((sum, { rows, taken_back }) => sum + rows + taken_back, 0);
  const run = async (isDryRun: boolean) => {
    const onStep = (sums: Replayed) => {
      if (isShown.current) setState({ step: "busy", isDryRun, sums });
      return isShown.current;
    };
    onStep(NOTHING);
    try {
      const sums = await replayAll({ reason, isDryRun, onStep });
      setState({ step: "shown", isDryRun, sums });
      if (!isDryRun) onDone();
    } catch (error) {
      const failure = failureOf(error);
      setState({ step: "failed", failure });
    }
  };
  const isBusy = state.step === "busy";
  const hasSeen = state.step === "shown" && state.isDryRun && state.sums.accepted > 0;
  return (
    <section class="try-again" aria-label="Try again">
      <div class="form">
        <label>
          Rows{" "}
          <select
            value={reason ?? ""}
            disabled={isBusy}
            onChange={(event) => {
              setReason(event.currentTarget.value === "" ? null : event.currentTarget.value);
              setState({ step: "idle" });
            }}
          >
            <option value="">of every reason</option>
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" disabled={isBusy} onClick={() => run(true)}>
          See what would be accepted
        </button>
        <button type="button" class="main" disabled={isBusy || !hasSeen} onClick={() => run(false)}>
          Try again
        </button>
      </div>
      <Progress state={state} total={total} />
    </section>
  );
}

function Progress({ state, total }: { state: State; total: number }) {
  if (state.step === "failed") return <Failure error={state.failure} />;
  return (
    <div role="status">
      {state.step === "idle" ? null : state.step === "busy" ? (
        <p>
          <progress
            aria-label="Rows looked at"
            max={Math.max(total, state.sums.read, 1)}
            value={state.sums.read}
          />{" "}
          {state.sums.read.toLocaleString()} of {total.toLocaleString()} rows looked at
        </p>
      ) : (
        <Outcome isDryRun={state.isDryRun} sums={state.sums} />
      )}
    </div>
  );
}

function Outcome({ isDryRun, sums }: { isDryRun: boolean; sums: Replayed }) {
  const rest = [...Object.entries(sums.refused), ...Object.entries(sums.skipped)];
  return (
    <>
      <p>
        <b>
          {sums.accepted.toLocaleString()} of {sums.read.toLocaleString()} rows{" "}
          {isDryRun ? "would be accepted now." : "were accepted, and count from now on."}
        </b>
        {sums.already_replayed === 0
          ? null
          : ` ${sums.already_replayed.toLocaleString()} were taken back before.`}
      </p>
      {rest.length === 0 ? null : (
        <ul>
          {rest.map(([reason, rows]) => (
            <li key={reason}>
              {rows.toLocaleString()} stay: <code>{reason}</code>, it {wordsOf(reason)}.
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
