import { useState } from "preact/hooks";
import { LiftCard, type ScenarioLift } from "./outcome/lift.tsx";
import { type Listed, ListsCard } from "./outcome/lists.tsx";
import { SalesCard } from "./outcome/sales.tsx";
import { Await, Empty, Page } from "./parts.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Outcome {
  complete: boolean;
  lists: Listed[];
  lifts: ScenarioLift[];
  all: { purchases: number; value: number; customers: number };
}

const WINDOWS = [1, 7, 28];

/** Does it pay? */
export function OutcomePage() {
  const [days, setDays] = useState(7);
  const outcome = useLoaded<Outcome>(`/v1/admin/outcome?days=${days}`);
  return (
    <Page question="Does it pay?">
      <p class="form">
        <label>
          Sales and lists of the last{" "}
          <select value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
            {WINDOWS.map((window) => (
              <option key={window} value={window}>
                {window === 1 ? "day" : `${window} days`}
              </option>
            ))}
          </select>
        </label>
      </p>
      <Await of={outcome} rows={6}>
        {({ lists, lifts, all, complete }) => (
          <>
            {complete ? null : (
              <Empty>There is more than one look can hold: the figures are of the oldest days.</Empty>
            )}
            <SalesCard lists={lists} all={all} />
            <LiftCard lifts={lifts} />
            <ListsCard lists={lists} />
          </>
        )}
      </Await>
    </Page>
  );
}
