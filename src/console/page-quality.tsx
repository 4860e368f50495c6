import { send } from "./api.ts";
import { LiveModel } from "./live-model.tsx";
import { METRIC, type ModelCard, type Models, useCards } from "./model-cards.ts";
import { Action, Await, Card, Empty, hasSettled, Page, Table, Time, Together } from "./parts.tsx";
import { type Bar, VersionsPlot } from "./plot-versions.tsx";
import { useLoaded } from "./use-loaded.ts";

const EVERY_MS = 15_000;
const HEAD = [
  ...["Version", "Made"],
  { name: "Learner", meaning: "The way of learning that did best on this shop's data." },
  {
    name: "NDCG@10",
    meaning: "How near the top of ten the right item stands, 0 … 1, over cases held back from learning.",
  },
  { name: "Popularity", meaning: "The same of what is most popular, on the same cases." },
  { name: "Cases", meaning: "How many lists were judged, each for somebody whose next item is known." },
  "",
];

/** Is it any good? */
export function QualityPage() {
  const models = useLoaded<Models>("/v1/admin/models", EVERY_MS);
  const versions = models.data?.versions ?? [];
  const cards = useCards(versions);
  const bars = versions.flatMap((version) => barsOf(cards.get(version) ?? undefined, version));
  return (
    <Page question="Is it any good?">
      <Together isThere={hasSettled(models) && versions.every((version) => cards.has(version))}>
        <Await of={models} rows={6}>
          {({ live, runs }) => (
            <>
              <LiveModel
                live={live}
                card={cards.get(live?.version ?? "") ?? undefined}
                reload={models.reload}
              />
              <Card
                title="Models against popularity"
                note="NDCG@10 of each version and of popularity on the same cases, which neither had seen, with 95 % intervals."
              >
                {versions.length === 0 ? (
                  <Empty>
                    No model has been published yet: the first comes when a retrain has enough to learn from.
                  </Empty>
                ) : (
                  <>
                    {bars.length === 0 ? null : <VersionsPlot label="NDCG@10 by version" bars={bars} />}
                    <Versions
                      versions={versions}
                      live={live?.version ?? null}
                      cards={cards}
                      reload={models.reload}
                    />
                  </>
                )}
              </Card>
              <Runs runs={runs} reload={models.reload} />
            </>
          )}
        </Await>
      </Together>
    </Page>
  );
}

function Versions({
  versions,
  live,
  cards,
  reload,
}: {
  versions: string[];
  live: string | null;
  cards: ReadonlyMap<string, ModelCard | null>;
  reload: () => void;
}) {
  return (
    <Table caption="Versions" head={HEAD}>
      {versions.map((version) => {
        const card = cards.get(version) ?? undefined;
        const metric = card?.metrics[METRIC];
        return (
          <tr key={version}>
            <th scope="row">
              <code>{version}</code> {version === live ? <span class="badge">live</span> : null}
            </th>
            <td>{card === undefined ? "" : <Time ms={card.createdAtMs} />}</td>
            <td>{card?.learner ?? ""}</td>
            <td class="number">{metric?.model.value.toFixed(4) ?? ""}</td>
            <td class="number">{metric?.popularity.value.toFixed(4) ?? ""}</td>
            <td class="number">{card?.evaluation.cases.toLocaleString() ?? ""}</td>
            <td>
              {version === live ? null : (
                <Action
                  sure={`Make ${version} live? It is pinned then.`}
                  act={() => send("POST", `/v1/admin/models/${version}/promote`, {}).then(reload)}
                >
                  Promote
                </Action>
              )}
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

function Runs({ runs, reload }: { runs: Models["runs"]; reload: () => void }) {
  return (
    <Card
      title="Retrains"
      note="Of the last 30 days, newest first. What is refused stays here with its reason."
    >
      <p class="actions">
        <Action act={() => send("POST", "/v1/admin/retrain", {}).then(reload)}>Retrain now</Action>
      </p>
      {runs.length === 0 ? (
        <Empty>None yet: one starts every hour, and after an import.</Empty>
      ) : (
        <Table caption="Retrains" head={["When", "Started by", "Outcome", "Took", "Reason"]}>
          {runs
            .slice(0, 50)
            .map(({ run_id, requested_at, status, started_by, seconds, version, learner, refusal }) => (
              <tr key={run_id}>
                <th scope="row">
                  <Time ms={requested_at} />
                </th>
                <td>{started_by}</td>
                <td>{version === null ? status : `${status}: ${learner ?? ""}`}</td>
                <td class="number">{Math.round(seconds)} s</td>
                <td>{refusal ?? ""}</td>
              </tr>
            ))}
        </Table>
      )}
    </Card>
  );
}

function barsOf(card: ModelCard | undefined, version: string): Bar[] {
  const metric = card?.metrics[METRIC];
  return metric === undefined
    ? []
    : [{ name: version.slice(0, 16), own: metric.model, other: metric.popularity }];
}
