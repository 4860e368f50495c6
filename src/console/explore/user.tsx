import { useState } from "preact/hooks";
import { Await, Card, Empty, Table, Time } from "../parts.tsx";
import { Profile } from "../profile.tsx";
import { useLoaded } from "../use-loaded.ts";
import { IdField, linkTo } from "./choice.tsx";
import type { Sight } from "./items.tsx";
import { Sides } from "./sides.tsx";

interface HistoryEvent extends Pick<Sight, "item_id" | "title"> {
  occurred_at: number;
  type: string;
  value?: number;
}

/** A user: what they did, what is known of them, what they see and why. */
export function UserView({ id, address, change }: UserViewProps) {
  const history = useLoaded<{ events: HistoryEvent[] }>(`/v1/users/${encodeURIComponent(id)}/history`);
  const titles = new Map(history.data?.events.map(({ item_id, title }) => [item_id, title]));
  return (
    <>
      <div class="columns">
        <Card
          title="History"
          note="The newest 50 interactions that lists go by; what happens now is here within ten seconds."
        >
          <Await of={history} rows={11}>
            {({ events }) =>
              events.length === 0 ? (
                <Empty>
                  Nothing is known of what {id} did: the list is what anybody gets. Is the id spelt as your
                  events spell it?
                </Empty>
              ) : (
                <HistoryTable events={events} />
              )
            }
          </Await>
        </Card>
        <Profile userId={id} />
      </div>
      <Missing about={address.get("about") ?? ""} ask={(about) => change({ about })} />
      <Sides
        of={{ kind: "user", id }}
        titleOf={(itemId) => titles.get(itemId) ?? itemId}
        {...{ address, change }}
      />
    </>
  );
}

interface UserViewProps {
  id: string;
  address: URLSearchParams;
  change: (changes: Record<string, string>) => void;
}

function HistoryTable({ events }: { events: readonly HistoryEvent[] }) {
  return (
    <div class="history">
      <Table caption="History" head={["When", "What", "Item"]}>
        {events.map(({ occurred_at, type, value, item_id, title }) => (
          <tr key={`${occurred_at} ${type} ${item_id}`}>
            <td>
              <Time ms={occurred_at} />
            </td>
            <td>
              {type.replaceAll("_", " ")}
              {value === undefined ? null : <small> {value.toLocaleString()}</small>}
            </td>
            <td>
              <a href={linkTo({ kind: "item", id: item_id })}>{title ?? item_id}</a>
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

/** Asks why an item is not in the lists. */
function Missing({ about, ask }: { about: string; ask: (itemId: string) => void }) {
  const [itemId, setItemId] = useState(about);
  return (
    <form
      class="form"
      aria-label="Why is an item not in the list?"
      onSubmit={(event) => {
        event.preventDefault();
        ask(itemId.trim());
      }}
    >
      <IdField kind="item" label="Why is it not in the list?" value={itemId} onInput={setItemId} />
      <button type="submit">Ask</button>
      {about === "" ? null : (
        <button
          type="button"
          onClick={() => {
            setItemId("");
            ask("");
          }}
        >
          Clear
        </button>
      )}
    </form>
  );
}
