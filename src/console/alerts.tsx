import { type Activity, ago, LAYERS, waiting } from "./activity.ts";
import type { Serving } from "./answering.tsx";
import { degradedWords } from "./degraded.ts";
import type { Models } from "./model-cards.ts";
import { Card } from "./parts.tsx";

export interface Report {
  at: number;
  checks: { table: string; check: string; status: string; reason: string }[];
}

/** What is loaded so far; null is on its way. */
interface Known {
  activity: Activity | null;
  models: Models | null;
  report: Report | null;
  serving: Serving | null;
}

interface Alert {
  words: string;
  /** What it is called in the lake. */
  of?: string;
}

/** What somebody should look at, or that there is nothing. */
export function Alerts(known: Known) {
  if (known.activity === null || known.models === null || known.serving === null)
    return <Card title="All in all">{null}</Card>;
  const alerts: Alert[] = [
    ...ofLayers(known.activity),
    ...[...ofModels(known.models), ...ofServing(known.serving)].map((words) => ({ words })),
    ...(known.report?.checks ?? [])
      .filter(({ status }) => status === "error")
      .map(({ table, check, reason }) => ({
        words: `A check of the data fails: ${reason}`,
        of: `${table}, ${check}`,
      })),
  ];
  return (
    <Card title="All in all">
      <div role="status">
        {alerts.length === 0 ? (
          <p>Nothing needs you.</p>
        ) : (
          <ul>
            {alerts.map(({ words, of }) => (
              <li key={`${of} ${words}`} title={of}>
                {words}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

/** As exactly as it is known when events last came. */
const SLOT_MS = 300_000;
/** A consumer takes thousands a second: so many waiting are no matter of seconds any more. */
const WAITING_MAX = 100_000;

function ofLayers({ hours, layers, last_accepted_at: came }: Activity): Alert[] {
  const stale = layers.filter(({ name, committed_at }) => {
    const staleMs = LAYERS[name]?.staleMs ?? Number.POSITIVE_INFINITY;
    return came !== null && (committed_at ?? 0) < came && Date.now() - came - SLOT_MS > staleMs;
  });
  const behind = waiting(hours);
  return [
    ...stale.map(({ name, committed_at }) => ({
      words: `Events came, and “${LAYERS[name]?.title ?? name}” ${committed_at === null ? "were never written" : `were last written ${ago(committed_at)} ago`}.`,
      of: name,
    })),
    ...(behind > WAITING_MAX
      ? [{ words: `${behind.toLocaleString()} events wait to be taken from the Queue.` }]
      : []),
  ];
}

function ofModels({ live }: Models): string[] {
  if (live === null) return ["No model is live: visitors get what is trending, popular and new."];
  return live.taken_back === undefined ? [] : [`A model was taken back: ${live.taken_back.reason}`];
}

/** Below it a share says nothing. */
const ANSWERS_MIN = 50;
const DEGRADED_SHARE_MAX = 0.05;
const P99_MS_MAX = 200;
/** They tell of the catalogue, or of a visitor whom nobody knows, and of no fault. */
const NO_FAULTS: readonly string[] = ["few_items", "no_items", "history_unknown", "no_model"];

function ofServing({ last_hour: { answers, errors, reasons, waited_ms } }: Serving): string[] {
  const faults = Object.entries(reasons).filter(([reason]) => !NO_FAULTS.includes(reason));
  const degraded = faults.reduce((sum, [, count]) => sum + count, 0);
  const isDegraded = answers >= ANSWERS_MIN && degraded > DEGRADED_SHARE_MAX * answers;
  const isSlow = answers >= ANSWERS_MIN && (waited_ms?.p99 ?? 0) > P99_MS_MAX;
  return [
    ...(errors === 0 ? [] : [`${errors.toLocaleString()} requests of the last hour failed on our side.`]),
    ...(isDegraded
      ? [
          `${Math.round((100 * degraded) / answers)} % of the last hour's answers had to do without a part: ${faults.map(([reason]) => degradedWords(reason)).join(", ")}.`,
        ]
      : []),
    ...(isSlow ? [`One of a hundred answers of the last hour took ${waited_ms?.p99} ms and more.`] : []),
  ];
}
