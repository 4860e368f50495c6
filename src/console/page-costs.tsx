import { useState } from "preact/hooks";
import { Await, Card, Empty, Figure, Page, Table } from "./parts.tsx";
import { Term } from "./term.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Costs {
  from: number;
  answers: number;
  event_requests: number;
  events: number;
  training_seconds: number;
  bill: Record<string, number>;
  usd_per_thousand_answers: number | null;
  limits: { name: string; used: number; limit: number; is_shared: boolean }[];
}

const DAYS = [1, 7, 30, 60];

const LINES: Record<string, { title: string; meaning: string }> = {
  workers: { title: "Requests", meaning: "Answers and calls that brought events. Counted." },
  cpu: {
    title: "CPU time",
    meaning:
      "Of answering, taking events and keeping them: what a benchmark measures for one, times how many there were.",
  },
  queue: { title: "Queue", meaning: "Each call that brought events is a message: written, read, deleted." },
  d1: { title: "D1", meaning: "Rows that events write and read, as a benchmark counts them for one." },
  kv: { title: "KV", meaning: "Keys, settings and lists that isolates read, as a benchmark counts them." },
  r2: { title: "R2", meaning: "Writes and reads of the lake and of models, as a benchmark counts them." },
  training: { title: "Retrains", meaning: "CPU time of retrains, by their own estimate." },
};

const LIMITS: Record<string, { title: string; unit: "bytes" | "items"; meaning: string }> = {
  core_bytes: {
    title: "Database of the catalogue",
    unit: "bytes",
    meaning: "Items, users, keys, settings. A D1 database holds 10 GB.",
  },
  profiles_bytes: {
    title: "Database of profiles",
    unit: "bytes",
    meaning: "What visitors did lately, and counts. A D1 database holds 10 GB.",
  },
  backlog_bytes: {
    title: "Events that wait",
    unit: "bytes",
    meaning: "In the Queue, which holds 25 GB.",
  },
  model_items: {
    title: "Items in the model",
    unit: "items",
    meaning:
      "200,000 is the largest catalogue that has been measured; a Worker's memory is nearly full with it.",
  },
  overlay_items: {
    title: "Changed items since the last retrain",
    unit: "items",
    meaning:
      "They are kept beside the model until it knows them; of more than this the oldest edits wait for the next retrain.",
  },
};

const LIMITS_HEAD = [
  ...["What", "Used", "Of"],
  { name: "Share", meaning: "Used, of what there is. Before all of it is, somebody has to act." },
  { name: "Whose", meaning: "What all tenants use is used up by all of them together." },
];

/** What does it cost, and how far can it grow? */
export function CostsPage() {
  const [days, setDays] = useState(30);
  const costs = useLoaded<Costs>(`/v1/admin/costs?days=${days}`);
  return (
    <Page question="What does it cost, and how far can it grow?">
      <p class="form">
        <label>
          Of the last{" "}
          <select value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
            {DAYS.map((window) => (
              <option key={window} value={window}>
                {window === 1 ? "day and today" : `${window} days and today`}
              </option>
            ))}
          </select>
        </label>
      </p>
      <Card
        title="Estimated bill"
        note="At the published rates of Workers Paid, beyond the operations that its five dollars a month include; storage is left out. Your invoice is Cloudflare's."
      >
        <Await of={costs} rows={8}>
          {(found) => (found.answers + found.events === 0 ? <NothingUsed /> : <Bill {...found} />)}
        </Await>
      </Card>
      <Card title="Headroom" note="What ends somewhere, and how much of it is used.">
        <Await of={costs} rows={5}>
          {({ limits }) => <Limits limits={limits} />}
        </Await>
      </Card>
    </Page>
  );
}

function NothingUsed() {
  return <Empty>Nothing was asked for in this time. Counts come within half a minute of an answer.</Empty>;
}

function Bill({ answers, events, event_requests, bill, usd_per_thousand_answers }: Costs) {
  return (
    <>
      <dl class="figures">
        <Figure
          label="in all"
          value={dollars(bill.total ?? 0)}
          unit="US $"
          meaning="Sum of the lines below, in this time."
        />
        <Figure
          label="per 1,000 answers"
          value={usd_per_thousand_answers === null ? "–" : dollars(usd_per_thousand_answers)}
          unit="US $"
          meaning="All of it, what events and retrains cost too, by a thousand answers."
        />
        <Figure
          label="answers"
          value={answers.toLocaleString()}
          meaning="Lists that visitors were given in this time; those that you look at here are not counted."
        />
        <Figure
          label="events"
          value={events.toLocaleString()}
          unit={`in ${event_requests.toLocaleString()} calls`}
          meaning="Accepted in this time; a call is a flush of the beacon, or one of your server's."
        />
      </dl>
      <Table
        caption="Bill by line"
        head={["Line", "US $", { name: "Share", meaning: "Of the bill in all." }, "What it is"]}
      >
        {Object.entries(LINES).map(([name, { title, meaning }]) => (
          <tr key={name}>
            <th scope="row">{title}</th>
            <td class="number">{dollars(bill[name] ?? 0)}</td>
            <td class="number">{percent(bill[name] ?? 0, bill.total ?? 0)} %</td>
            <td>{meaning}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Limits({ limits }: Pick<Costs, "limits">) {
  return (
    <Table caption="Headroom" head={LIMITS_HEAD}>
      {limits.map(({ name, used, limit, is_shared }) => {
        const { title = name, meaning = "", unit = "items" } = LIMITS[name] ?? {};
        return (
          <tr key={name}>
            <th scope="row">
              <Term name={title} meaning={meaning} />
            </th>
            <td class="number">{amount(used, unit)}</td>
            <td class="number">{amount(limit, unit)}</td>
            <td>
              <meter
                min={0}
                max={1}
                low={0.7}
                high={0.9}
                optimum={0}
                value={used / limit}
                aria-label={title}
              />{" "}
              {percent(used, limit)} %
            </td>
            <td>{is_shared ? "all tenants'" : "yours"}</td>
          </tr>
        );
      })}
    </Table>
  );
}

/** Two digits that say something, as bills of a young shop are small. */
function dollars(usd: number): string {
  return usd === 0 ? "0" : usd >= 1 ? usd.toFixed(2) : usd.toPrecision(2);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "0" : ((100 * part) / whole).toFixed(1);
}

function amount(count: number, unit: "bytes" | "items"): string {
  if (unit === "items") return count.toLocaleString();
  return count >= 1e9 ? `${(count / 1e9).toLocaleString()} GB` : `${(count / 1e6).toFixed(1)} MB`;
}
