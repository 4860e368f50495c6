import { send } from "./api.ts";
import { type Interval, METRIC, type ModelCard, type Models } from "./model-cards.ts";
import { Action, Card, Empty, Figure, Time } from "./parts.tsx";

/** What visitors get now, how good it is, and the way back. */
export function LiveModel({
  live,
  card,
  reload,
}: {
  live: Models["live"];
  card: ModelCard | undefined;
  reload: () => void;
}) {
  if (live === null) {
    return (
      <Card title="Live model">
        <Empty>No model is live. Visitors get what is trending, popular and new.</Empty>
      </Card>
    );
  }
  const metric = card?.metrics[METRIC];
  const exposure = card?.gate?.exposure.model ?? card?.gate?.exposure.candidate;
  return (
    <Card title="Live model" note={card?.gate?.reason ?? ""}>
      <p>
        <code>{live.version}</code> since <Time ms={live.promoted_at} />
        {live.pinned ? <strong> · pinned: retrains do not change it</strong> : null}
      </p>
      {live.taken_back === undefined ? null : (
        <p class="failure">
          <code>{live.taken_back.version}</code> was taken back: {live.taken_back.reason}
        </p>
      )}
      <dl class="figures">
        {metric === undefined || card === undefined ? null : (
          <>
            <Figure
              label="NDCG@10"
              {...interval(metric.model)}
              meaning={`How near the top the right item stands, 0 … 1, over ${card.evaluation.cases} cases held back: ${card.evaluation.protocol}.`}
            />
            <Figure
              label="above popularity"
              {...interval(metric.difference)}
              meaning="The paired difference on the same cases; an interval above 0 is beyond chance."
            />
          </>
        )}
        {exposure === undefined ? null : (
          <>
            <Figure
              label="coverage"
              value={percent(exposure.coverage)}
              unit="%"
              meaning="Of the items that compete, how many stand in any list of ten."
            />
            <Figure
              label="new items"
              value={percent(exposure.recentShare)}
              unit="%"
              meaning="Of the lists' places, how many hold an item that is new to the catalogue."
            />
            {exposure.novelty === undefined ? null : (
              <Figure
                label="novelty"
                value={exposure.novelty.toFixed(1)}
                unit="bits"
                meaning="Mean of −log2 of an item's share of what was learned from: higher is less known."
              />
            )}
          </>
        )}
        {card === undefined ? null : (
          <Figure
            label="learned from"
            value={card.data.interactions.toLocaleString()}
            unit="interactions"
            meaning={`Of ${card.data.users.toLocaleString()} users, over ${card.itemCount.toLocaleString()} items.`}
          />
        )}
      </dl>
      <p class="actions">
        <Action
          disabled={live.previous.length === 0}
          sure="Make the version before live again? It is pinned then."
          act={() => send("POST", "/v1/admin/rollback", {}).then(reload)}
        >
          Roll back
        </Action>
        {live.pinned ? (
          <Action act={() => send("POST", "/v1/admin/unpin", {}).then(reload)}>Unpin</Action>
        ) : null}
      </p>
    </Card>
  );
}

function interval({ value, low, high }: Interval) {
  return { value: value.toFixed(4), low: low.toFixed(4), high: high.toFixed(4) };
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
