import { useState } from "preact/hooks";
import { Await, Card, Empty, Figure, Page, Table } from "./parts.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Listed {
  scenario: string;
  variant: string;
  source: "model" | "common";
  lists: number;
  places: number;
  clicked_lists: number;
  clicks: number;
  purchases: number;
  value: number;
}

interface Outcome {
  complete: boolean;
  lists: Listed[];
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
          Of the last{" "}
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
        {({ lists, all, complete }) => {
          const sold = lists.reduce((sum, { value }) => sum + value, 0);
          const bought = lists.reduce((sum, { purchases }) => sum + purchases, 0);
          return (
            <>
              {complete ? null : (
                <Empty>There is more than one look can hold: the figures are of a part.</Empty>
              )}
              <Card
                title="Sales"
                note="A purchase is a list's that names it, or whose item the same visitor clicked in it up to a day before; the last click counts."
              >
                <dl class="figures">
                  <Figure
                    label="by lists"
                    value={amount(sold)}
                    meaning="Sum of the values that purchases were sent with, of those that a list had a part in."
                  />
                  <Figure
                    label="share of all"
                    value={percent(sold, all.value)}
                    unit="%"
                    meaning="Of the value of all purchases in this time."
                  />
                  <Figure
                    label="purchases"
                    value={bought.toLocaleString()}
                    unit={`of ${all.purchases.toLocaleString()}`}
                    meaning="That a list had a part in, of all."
                  />
                  <Figure
                    label="per customer"
                    value={all.customers === 0 ? "–" : amount(all.value / all.customers)}
                    meaning="Value of all purchases by the number of those who bought."
                  />
                </dl>
              </Card>
              <Card
                title="Lists"
                note="By scenario and variant. Personal and common lists are seen by different visitors: what lies between them is no effect of the model; only an experiment tells that."
              >
                {lists.length === 0 ? (
                  <Empty>
                    No list was seen in this time. Impressions come from the beacon, where lists are marked
                    data-ls-rec and data-ls-item.
                  </Empty>
                ) : (
                  <Table
                    caption="Lists by scenario"
                    head={[
                      "Scenario",
                      "Variant",
                      "Kind",
                      "Seen",
                      "Places",
                      "Clicked",
                      "95 %",
                      "Purchases",
                      "Value",
                    ]}
                  >
                    {lists.map((one) => {
                      const [low, high] = wilson(one.clicked_lists, one.lists);
                      return (
                        <tr key={`${one.scenario} ${one.variant} ${one.source}`}>
                          <th scope="row">{one.scenario}</th>
                          <td>{one.variant}</td>
                          <td>{one.source === "model" ? "personal" : "common"}</td>
                          <td class="number">{one.lists.toLocaleString()}</td>
                          <td class="number">{one.places.toLocaleString()}</td>
                          <td class="number">{percent(one.clicked_lists, one.lists)} %</td>
                          <td class="number">
                            {one.lists === 0 ? "–" : `${(100 * low).toFixed(1)} … ${(100 * high).toFixed(1)}`}
                          </td>
                          <td class="number">{one.purchases.toLocaleString()}</td>
                          <td class="number">{amount(one.value)}</td>
                        </tr>
                      );
                    })}
                  </Table>
                )}
              </Card>
            </>
          );
        }}
      </Await>
    </Page>
  );
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : ((100 * part) / whole).toFixed(1);
}

function amount(value: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: 2 });
}

const Z = 1.96;

/** 95 % interval of a share (Wilson, JASA 1927). */
function wilson(successes: number, trials: number): [number, number] {
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const centre = share + Z ** 2 / (2 * trials);
  const spread = Z * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  const scale = 1 + Z ** 2 / trials;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}
