import { useState } from "preact/hooks";
import { Await, Card, Empty, Page } from "./parts.tsx";
import { Profile } from "./profile.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Answer {
  model_version: string | null;
  items: {
    item_id: string;
    title?: string;
    image?: string;
    price?: number;
    currency?: string;
    score: number;
    source: string;
  }[];
  qualifying?: number;
  relaxed?: string[];
  degraded?: { detail: string };
}

interface Reasons {
  rank_before: number | null;
  boosts: { name: string; by: number }[];
  pin?: string;
  history: { item_id: string; by: number }[];
}

interface Why {
  items: (Reasons & { item_id: string })[];
  not_listed: (Reasons & { item_id: string; reason: string })[];
  degraded?: { detail: string };
}

interface Stored {
  scenarios: { name: string }[];
}

/** What does somebody see, and why? */
export function ExplorePage() {
  const [kind, setKind] = useState<"user" | "item">("user");
  const [id, setId] = useState("");
  const [asked, setAsked] = useState<{ kind: "user" | "item"; id: string } | null>(null);
  const [scenarios, setScenarios] = useState<[string, string]>(["", ""]);
  const stored = useLoaded<Stored>("/v1/admin/scenarios");
  const names = stored.data?.scenarios.map(({ name }) => name) ?? [];
  return (
    <Page question="What does somebody see, and why?">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (id.trim() !== "") setAsked({ kind, id: id.trim() });
        }}
      >
        <label>
          Of{" "}
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value as typeof kind)}>
            <option value="user">a user</option>
            <option value="item">an item</option>
          </select>
        </label>
        <label>
          Id{" "}
          <input
            value={id}
            required
            placeholder={kind === "user" ? "ann" : "sku-1"}
            onInput={(event) => setId(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="main">
          Show
        </button>
      </form>
      {asked === null ? (
        <Empty>
          Name a user, and see their history, their list and the reason for each place; or an item, and what
          is similar to it.
        </Empty>
      ) : (
        <>
          {asked.kind === "user" ? <Profile userId={asked.id} /> : null}
          <div class="columns">
            {scenarios.map((scenario, side) => (
              <Card key={side === 0 ? "left" : "right"} title={side === 0 ? "One list" : "Beside it"}>
                <label>
                  Scenario{" "}
                  <select
                    value={scenario}
                    onChange={(event) =>
                      setScenarios(
                        scenarios.map((own, at) => (at === side ? event.currentTarget.value : own)) as [
                          string,
                          string,
                        ],
                      )
                    }
                  >
                    <option value="">none</option>
                    {names.map((name) => (
                      <option key={name}>{name}</option>
                    ))}
                  </select>
                </label>
                <List of={asked} scenario={scenario} />
              </Card>
            ))}
          </div>
        </>
      )}
    </Page>
  );
}

function List({ of, scenario }: { of: { kind: "user" | "item"; id: string }; scenario: string }) {
  const query = new URLSearchParams({ limit: "10", fields: "title,image,price,currency" });
  if (scenario !== "") query.set("scenario", scenario);
  if (of.kind === "user") query.set("user_id", of.id);
  const path = of.kind === "user" ? "/v1/recommendations" : `/v1/items/${encodeURIComponent(of.id)}/similar`;
  const answer = useLoaded<Answer>(`${path}?${query}`);
  const asksWhy = new URLSearchParams({
    user_id: of.id,
    limit: "10",
    ...(scenario === "" ? {} : { scenario }),
  });
  const why = useLoaded<Why>(of.kind === "user" ? `/v1/why?${asksWhy}` : null);
  const reasons = new Map(why.data?.items.map((one) => [one.item_id, one]));
  return (
    <Await of={answer} rows={10}>
      {({ items, model_version, qualifying, relaxed, degraded }) => (
        <>
          <p class="note">
            {model_version === null ? "No model had a part." : `Model ${model_version}.`}
            {qualifying === undefined ? "" : ` ${qualifying} items qualify.`}
            {relaxed === undefined ? "" : ` Relaxed: ${relaxed.join(", ")}.`}
            {degraded === undefined ? "" : ` ${degraded.detail}.`}
          </p>
          {items.length === 0 ? <Empty>The list is empty.</Empty> : null}
          <ol class="list">
            {items.map(({ item_id, title, image, price, currency, score, source }) => (
              <li key={item_id}>
                {image === undefined ? (
                  <span class="thumb" />
                ) : (
                  <img class="thumb" src={image} alt="" loading="lazy" />
                )}
                <div>
                  <b>{title ?? item_id}</b> <span class="badge">{source}</span>
                  <small>
                    {" "}
                    {item_id} · {score.toFixed(2)}
                    {price === undefined ? "" : ` · ${price} ${currency ?? ""}`}
                  </small>
                  <Because reasons={reasons.get(item_id)} />
                </div>
              </li>
            ))}
          </ol>
        </>
      )}
    </Await>
  );
}

function Because({ reasons }: { reasons: Reasons | undefined }) {
  if (reasons === undefined) return null;
  const spoke = reasons.history.filter(({ by }) => by > 0).slice(0, 3);
  const words = [
    ...(spoke.length === 0
      ? []
      : [`because of ${spoke.map(({ item_id, by }) => `${item_id} (+${by.toFixed(2)})`).join(", ")}`]),
    ...(reasons.pin === undefined ? [] : [`pinned by ${reasons.pin}`]),
    ...reasons.boosts.map(({ name, by }) => `${name} ${by < 0 ? "" : "+"}${by.toFixed(2)}`),
    ...(reasons.rank_before === null ? [] : [`place ${reasons.rank_before} without rules`]),
  ];
  return <p class="note">{words.join(" · ")}</p>;
}
