import { useState } from "preact/hooks";
import { Await, Card, Table, Time } from "../parts.tsx";
import { useLoaded } from "../use-loaded.ts";
import { IdField } from "./choice.tsx";
import { PlainList, SIGHT_FIELDS, type Sight } from "./items.tsx";
import { Sides } from "./sides.tsx";

interface Stored extends Sight {
  url?: string;
  brand?: string;
  categories?: string[];
  tags?: string[];
  stock?: number;
  hidden?: boolean;
  published_at: number;
  updated_at: number;
  attributes?: Record<string, string | number | boolean>;
}

/** An item: what it is, what happened to it, what is like it, and who does not see it. */
export function ItemView({ id, address, change }: ItemViewProps) {
  const item = useLoaded<Stored>(`/v1/items/${encodeURIComponent(id)}`);
  const of = { kind: "item", id } as const;
  const beside = (name: string) =>
    `/v1/items/${encodeURIComponent(id)}/${name}?limit=5&fields=${SIGHT_FIELDS}`;
  return (
    <>
      <div class="columns">
        <Card title={item.data?.title ?? id}>
          <Await of={item} rows={6}>
            {(stored) => <Fields of={stored} />}
          </Await>
        </Card>
        <div class="stack">
          <Counts id={id} />
          <NotSeenBy ask={(user) => change({ user, about: id, item: "" })} />
        </div>
      </div>
      <div class="columns">
        <Card title="Similar" note="What could stand in its place.">
          <PlainList path={beside("similar")} empty="Nothing is known to be like it." />
        </Card>
        <Card title="Bought together" note="What goes into one basket with it; then what is like it.">
          <PlainList path={beside("bought-together")} empty="Nothing was bought along with it." />
        </Card>
      </div>
      <h2>What somebody sees who has looked at nothing else</h2>
      <Sides
        titleOf={(itemId) => (itemId === id ? (item.data?.title ?? id) : itemId)}
        {...{ of, address, change }}
      />
    </>
  );
}

interface ItemViewProps {
  id: string;
  address: URLSearchParams;
  change: (changes: Record<string, string>) => void;
}

function Fields({ of }: { of: Stored }) {
  const { price, currency, stock, hidden, attributes, published_at, updated_at } = of;
  const rows: [string, string | undefined][] = [
    ["Id", of.item_id],
    ["Price", price === undefined ? undefined : `${price.toLocaleString()} ${currency ?? ""}`],
    ["Brand", of.brand],
    ["Categories", of.categories?.join(", ")],
    ["Tags", of.tags?.join(", ")],
    ["In stock", stock?.toLocaleString()],
    ["Hidden", hidden === true ? "yes: in no list" : undefined],
    ...Object.entries(attributes ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
  ];
  return (
    <>
      {of.image === undefined ? null : <img class="picture" src={of.image} alt="" loading="lazy" />}
      <Table caption="Fields of the item" head={["Field", "Value"]}>
        {rows.map(([name, value]) =>
          value === undefined ? null : (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ),
        )}
        <tr>
          <th scope="row">Published</th>
          <td>
            <Time ms={published_at} />
          </td>
        </tr>
        <tr>
          <th scope="row">Changed</th>
          <td>
            <Time ms={updated_at} />
          </td>
        </tr>
      </Table>
    </>
  );
}

type Counts = Record<"impressions" | "views" | "clicks" | "carts" | "purchases", number>;

const WINDOWS = { "1h": "this hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days" };

function Counts({ id }: { id: string }) {
  const counts = useLoaded<Record<keyof typeof WINDOWS, Counts>>(
    `/v1/items/${encodeURIComponent(id)}/counts`,
  );
  return (
    <Card
      title="What happened to it"
      note="Distinct events by UTC hours and days, those under way among them; here within ten seconds. Shown: seen in a list."
    >
      <Await of={counts} rows={5}>
        {(data) => (
          <Table
            caption="Counts of the item"
            head={["", "Shown", "Viewed", "Clicked", "Into carts", "Bought"]}
          >
            {Object.entries(WINDOWS).map(([window, words]) => {
              const { impressions, views, clicks, carts, purchases } = data[window as keyof typeof WINDOWS];
              return (
                <tr key={window}>
                  <th scope="row">{words}</th>
                  {[impressions, views, clicks, carts, purchases].map((count, at) => (
                    <td key={COLUMNS[at]} class="number">
                      {count.toLocaleString()}
                    </td>
                  ))}
                </tr>
              );
            })}
          </Table>
        )}
      </Await>
    </Card>
  );
}

const COLUMNS = ["shown", "viewed", "clicked", "carts", "bought"];

function NotSeenBy({ ask }: { ask: (userId: string) => void }) {
  const [userId, setUserId] = useState("");
  return (
    <Card title="Who does not see it?">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          ask(userId.trim());
        }}
      >
        <IdField kind="user" label="Why is it not shown to" value={userId} onInput={setUserId} />
        <button type="submit">Ask</button>
      </form>
    </Card>
  );
}
