import { degradedWords } from "./degraded.ts";
import { Await, Card, Empty, Figure, Table, Time } from "./parts.tsx";
import type { Loaded } from "./use-loaded.ts";

export interface Summary {
  answers: number;
  errors: number;
  personal: number;
  degraded: number;
  reasons: Record<string, number>;
  waited_ms: { p50: number; p95: number; p99: number } | null;
}

export interface Serving {
  last_hour: Summary;
  last_day: Summary;
  hours: (Summary & { from: number })[];
}

const CLOCK =
  "In the Worker, by its clock, which counts waiting and not computing; the way to the visitor is not in it";
const PERSONAL =
  "Of the answers, those in which the model had a part; newcomers and lists for everybody have none.";
const DEGRADED =
  "Of the answers, those that told of a part that was late or absent; the list was filled from the next best.";
const HEAD = [
  ...["Hour", "Answers"],
  { name: "Personal", meaning: PERSONAL },
  { name: "Degraded", meaning: DEGRADED },
  { name: "Failed", meaning: "Requests that failed on our side." },
  { name: "p50", meaning: `Half of the answers took no longer. ${CLOCK}.` },
  { name: "p95", meaning: `95 of 100 answers took no longer. ${CLOCK}.` },
  { name: "p99", meaning: `99 of 100 answers took no longer. ${CLOCK}.` },
];

/** How visitors are answered. */
export function Answering({ serving }: { serving: Loaded<Serving> }) {
  return (
    <Card title="Answers" note="Of the last hour. Counted where they are given, told within half a minute.">
      <Await of={serving} rows={6}>
        {({ last_hour, last_day, hours }) =>
          last_day.answers + last_day.errors === 0 ? (
            <Empty>No list was asked for in the last 24 hours.</Empty>
          ) : (
            <>
              <Figures {...last_hour} />
              <Table caption="Answers by the hour" head={HEAD}>
                {hours
                  .toReversed()
                  .slice(0, 6)
                  .map(({ from, waited_ms, ...hour }) => (
                    <tr key={from}>
                      <th scope="row">
                        <Time ms={from} />
                      </th>
                      <td class="number">{hour.answers.toLocaleString()}</td>
                      <td class="number">{share(hour.personal, hour.answers)} %</td>
                      <td class="number">{share(hour.degraded, hour.answers)} %</td>
                      <td class="number">{hour.errors.toLocaleString()}</td>
                      <td class="number">{band(waited_ms?.p50)} ms</td>
                      <td class="number">{band(waited_ms?.p95)} ms</td>
                      <td class="number">{band(waited_ms?.p99)} ms</td>
                    </tr>
                  ))}
              </Table>
            </>
          )
        }
      </Await>
    </Card>
  );
}

function Figures({ answers, errors, personal, degraded, reasons, waited_ms }: Summary) {
  const why = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  return (
    <dl class="figures">
      <Figure
        label="answers"
        value={answers.toLocaleString()}
        unit="in an hour"
        meaning="Lists that visitors were given in the last 60 minutes; a batch is one."
      />
      <Figure
        label="half within"
        value={band(waited_ms?.p50)}
        unit="ms"
        meaning={`p50 of the last 60 minutes. ${CLOCK}.`}
      />
      <Figure
        label="95 of 100 within"
        value={band(waited_ms?.p95)}
        unit="ms"
        meaning={`p95 of the last 60 minutes. ${CLOCK}.`}
      />
      <Figure
        label="99 of 100 within"
        value={band(waited_ms?.p99)}
        unit="ms"
        meaning={`p99 of the last 60 minutes. ${CLOCK}.`}
      />
      <Figure label="personal" value={share(personal, answers)} unit="%" meaning={PERSONAL} />
      <Figure
        label="degraded"
        value={share(degraded, answers)}
        unit={
          why.length === 0
            ? "%"
            : `% · ${why
                .slice(0, 2)
                .map(([reason]) => degradedWords(reason))
                .join(", ")}`
        }
        meaning={DEGRADED}
      />
      <Figure
        label="failed"
        value={errors.toLocaleString()}
        meaning="Requests of the last 60 minutes that failed on our side."
      />
    </dl>
  );
}

function share(part: number, whole: number): string {
  return whole === 0 ? "–" : ((100 * part) / whole).toFixed(1);
}

const BAND_MAX_MS = 1_000;

function band(ms: number | undefined): string {
  if (ms === undefined) return "–";
  return ms >= BAND_MAX_MS ? `${BAND_MAX_MS.toLocaleString()}+` : `≤ ${ms}`;
}
