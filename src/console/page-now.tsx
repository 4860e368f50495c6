import type { Models } from "./model-cards.ts";
import { Await, Card, Empty, Figure, Page, Table, Time } from "./parts.tsx";
import { HoursPlot } from "./plot-hours.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Activity {
  hours: { from: number; accepted: number; delivered: number; counted: number }[];
  layers: { name: string; committed_at: number | null }[];
}

interface Stats {
  feature_events: number;
  quarantined: number;
  items: number;
  users: number;
}

interface Report {
  at: number;
  checks: { table: string; check: string; status: string; reason: string }[];
}

const EVERY_MS = 10_000;
const MINUTE_MS = 60_000;
/** How old a layer may be before somebody should look: three times what is promised. */
const LAYERS: Record<string, { title: string; staleMs: number }> = {
  "bronze.events": { title: "every event", staleMs: 3 * MINUTE_MS },
  "silver.interactions": { title: "each once", staleMs: 30 * MINUTE_MS },
  "gold.user_histories": { title: "histories that training reads", staleMs: 30 * MINUTE_MS },
};

/** Is it working? */
export function NowPage() {
  const activity = useLoaded<Activity>("/v1/admin/activity", EVERY_MS);
  const models = useLoaded<Models>("/v1/admin/models", EVERY_MS);
  // Counted row by row, and made every hour: neither is worth asking for again and again.
  const stats = useLoaded<Stats>("/v1/admin/stats");
  const report = useLoaded<Report>("/v1/admin/quality");
  return (
    <Page question="Is it working?">
      <Alerts activity={activity.data} models={models.data} report={report.data} />
      <Card title="Events" note="Received in each hour of the last 24, and how many of them count.">
        <Await of={activity}>
          {({ hours }) =>
            hours.length === 0 ? (
              <Empty>
                Nothing came in the last 24 hours. Is the beacon on your pages, and has a visitor agreed?
              </Empty>
            ) : (
              <>
                <HoursPlot hours={hours} />
                <Table caption="Events by the hour" head={["Hour", "Accepted", "On their way", "Count"]}>
                  {hours
                    .toReversed()
                    .slice(0, 6)
                    .map(({ from, accepted, delivered, counted }) => (
                      <tr key={from}>
                        <th scope="row">
                          <Time ms={from} />
                        </th>
                        <td class="number">{accepted.toLocaleString()}</td>
                        <td class="number">{Math.max(0, accepted - delivered).toLocaleString()}</td>
                        <td class="number">{counted.toLocaleString()}</td>
                      </tr>
                    ))}
                </Table>
              </>
            )
          }
        </Await>
      </Card>
      <div class="columns">
        <Card title="Freshness" note="When each layer was last written.">
          <Await of={activity}>
            {({ layers }) => (
              <dl class="figures">
                {layers.map(({ name, committed_at }) => (
                  <Figure
                    key={name}
                    label={name}
                    value={committed_at === null ? "never" : ago(committed_at)}
                    meaning={`${LAYERS[name]?.title ?? name}: time since the last commit of new rows, of any tenant.`}
                  />
                ))}
                <Figure
                  label="live model"
                  value={models.data?.live == null ? "none" : ago(models.data.live.promoted_at)}
                  meaning="Time since the live version went live; a retrain that changes nothing leaves it."
                />
              </dl>
            )}
          </Await>
        </Card>
        <Card title="What there is">
          <Await of={stats}>
            {({ feature_events, quarantined, items, users }) => (
              <dl class="figures">
                <Figure
                  label="items"
                  value={items.toLocaleString()}
                  meaning="In the catalogue now, deleted ones left out."
                />
                <Figure
                  label="users"
                  value={users.toLocaleString()}
                  meaning="Told of by your server, deleted ones left out."
                />
                <Figure
                  label="events"
                  value={feature_events.toLocaleString()}
                  unit="in 48 h"
                  meaning="Distinct events that the features' ledger holds: the last 48 hours."
                />
                <Figure
                  label="set aside"
                  value={quarantined.toLocaleString()}
                  meaning="Distinct events in quarantine: kept, not counted."
                />
              </dl>
            )}
          </Await>
        </Card>
      </div>
    </Page>
  );
}

/** What somebody should look at, or that there is nothing. */
function Alerts({
  activity,
  models,
  report,
}: {
  activity: Activity | null;
  models: Models | null;
  report: Report | null;
}) {
  if (activity === null || models === null) return <Card title="All in all">{null}</Card>;
  const comes = activity.hours.some(({ from }) => Date.now() - from < 2 * 60 * MINUTE_MS);
  const alerts = [
    ...activity.layers
      .filter(
        ({ name, committed_at }) =>
          comes && Date.now() - (committed_at ?? 0) > (LAYERS[name]?.staleMs ?? Infinity),
      )
      .map(
        ({ name, committed_at }) =>
          `${name} was last written ${committed_at === null ? "never" : `${ago(committed_at)} ago`}.`,
      ),
    ...(models.live === null ? ["No model is live: visitors get what is trending, popular and new."] : []),
    ...(models.live?.taken_back === undefined
      ? []
      : [`A model was taken back: ${models.live.taken_back.reason}`]),
    ...(report?.checks ?? [])
      .filter(({ status }) => status === "error")
      .map(({ table, check, reason }) => `${table}, ${check}: ${reason}`),
  ];
  return (
    <Card title="All in all">
      {alerts.length === 0 ? (
        <p role="status">Nothing needs you.</p>
      ) : (
        <ul role="status">
          {alerts.map((alert) => (
            <li key={alert}>{alert}</li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function ago(atMs: number): string {
  const seconds = Math.max(0, Math.round((Date.now() - atMs) / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
