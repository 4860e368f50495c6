import { type Activity, ago, LAYERS, perMinute, waiting } from "./activity.ts";
import { Alerts, type Report } from "./alerts.tsx";
import { Answering, type Serving } from "./answering.tsx";
import type { Models } from "./model-cards.ts";
import { Await, Card, Empty, Figure, hasSettled, Page, Table, Time, Together } from "./parts.tsx";
import { HoursPlot } from "./plot-hours.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Stats {
  feature_events: number;
  quarantined: number;
  items: number;
  users: number;
}

const EVERY_MS = 10_000;
const HOUR_HEAD = [
  "Hour",
  { name: "Accepted", meaning: "What the server has taken, by the hour in which it came." },
  { name: "On their way", meaning: "Of these, what the Queue has not delivered yet." },
  { name: "Count", meaning: "Of these, each once: neither repeated nor set aside." },
];

/** Is it working? */
export function NowPage() {
  const activity = useLoaded<Activity>("/v1/admin/activity", EVERY_MS);
  const models = useLoaded<Models>("/v1/admin/models", EVERY_MS);
  const serving = useLoaded<Serving>("/v1/admin/serving", EVERY_MS);
  // Counted row by row, and made every hour: neither is worth asking for again and again.
  const stats = useLoaded<Stats>("/v1/admin/stats");
  const report = useLoaded<Report>("/v1/admin/quality");
  return (
    <Page question="Is it working?">
      <Together isThere={[activity, models, serving, stats, report].every(hasSettled)}>
        <Alerts activity={activity.data} models={models.data} report={report.data} serving={serving.data} />
        <Answering serving={serving} />
        <Card title="Events" note="Received in each hour of the last 24, and how many of them count.">
          <Await of={activity}>
            {({ hours }) =>
              hours.length === 0 ? (
                <Empty>
                  Nothing came in the last 24 hours. Is the beacon on your pages, and has a visitor agreed?
                </Empty>
              ) : (
                <>
                  <dl class="figures">
                    <Figure
                      label="events"
                      value={perMinute(hours).toLocaleString(undefined, { maximumFractionDigits: 1 })}
                      unit="a minute"
                      meaning="Accepted, over the last 60 minutes; of the hour before as if its events had come evenly."
                    />
                    <Figure
                      label="on their way"
                      value={waiting(hours).toLocaleString()}
                      meaning="Accepted in the last 24 hours and not yet delivered by the Queue: its backlog. It waits for five seconds."
                    />
                  </dl>
                  <HoursPlot hours={hours} />
                  <Table caption="Events by the hour" head={HOUR_HEAD}>
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
                      label={LAYERS[name]?.title ?? name}
                      value={committed_at === null ? "never" : ago(committed_at)}
                      meaning={`Time since rows were last written to the table ${name}, of any tenant.`}
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
      </Together>
    </Page>
  );
}
