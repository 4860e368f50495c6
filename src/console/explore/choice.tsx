import { useEffect, useId, useState } from "preact/hooks";
import { Await, Card, Empty, Time } from "../parts.tsx";
import { useLoaded } from "../use-loaded.ts";
import type { Subject } from "./lists.ts";

const SUGGEST_AFTER_MS = 250;

interface Found {
  users?: { user_id: string; active_at: number }[];
  items?: { item_id: string; title?: string }[];
}

/** A field for an id that offers those there are: of users by how they begin, of items by id or title. */
export function IdField({ kind, label, value, onInput }: IdFieldProps) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SUGGEST_AFTER_MS);
    return () => clearTimeout(timer);
  }, [value]);
  const text = settled.trim();
  const itemPath = text === "" ? null : `/v1/admin/items?${new URLSearchParams({ q: text })}`;
  const found = useLoaded<Found>(
    kind === "user" ? `/v1/admin/users?${new URLSearchParams({ prefix: text })}` : itemPath,
  );
  const listId = useId();
  return (
    <label>
      {label}{" "}
      <input
        value={value}
        required
        list={listId}
        autocomplete="off"
        placeholder={kind === "user" ? "its id, as you sent it" : "id or title"}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <datalist id={listId}>
        {(found.data?.users ?? []).map(({ user_id }) => (
          <option key={user_id} value={user_id} />
        ))}
        {(found.data?.items ?? []).map(({ item_id, title }) => (
          <option key={item_id} value={item_id} label={title ?? item_id} />
        ))}
      </datalist>
    </label>
  );
}

interface IdFieldProps {
  kind: Subject["kind"];
  label: string;
  value: string;
  onInput: (value: string) => void;
}

/** Whom to look at. */
export function ChoiceForm({ asked, choose }: { asked: Subject | null; choose: (of: Subject) => void }) {
  const [kind, setKind] = useState<Subject["kind"]>(asked?.kind ?? "user");
  const [id, setId] = useState(asked?.id ?? "");
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (id.trim() !== "") choose({ kind, id: id.trim() });
      }}
    >
      <label>
        Look at{" "}
        <select
          value={kind}
          onChange={(event) => {
            setKind(event.currentTarget.value === "item" ? "item" : "user");
            setId("");
          }}
        >
          <option value="user">a user</option>
          <option value="item">an item</option>
        </select>
      </label>
      <IdField kind={kind} label={kind === "user" ? "User" : "Item"} value={id} onInput={setId} />
      <button type="submit" class="main">
        Show
      </button>
    </form>
  );
}

export const linkTo = ({ kind, id }: Subject) => `#/explore?${new URLSearchParams({ [kind]: id })}`;

/** Somebody to begin with. */
export function Beginnings() {
  const users = useLoaded<Required<Pick<Found, "users">> & { complete: boolean }>("/v1/admin/users?limit=8");
  const popular = useLoaded<Required<Pick<Found, "items">>>("/v1/popular?limit=8&fields=title");
  return (
    <div class="columns">
      <Card title="Users who were here last" note="What each sees now, and why.">
        <Await of={users}>
          {({ users: found, complete }) => (
            <>
              {found.length === 0 ? (
                <Empty>No event has named a user yet: send your own id of them as user_id.</Empty>
              ) : null}
              <ul class="chips">
                {found.map(({ user_id, active_at }) => (
                  <li key={user_id}>
                    <a class="chip" href={linkTo({ kind: "user", id: user_id })}>
                      {user_id}{" "}
                      <small>
                        <Time ms={active_at} />
                      </small>
                    </a>
                  </li>
                ))}
              </ul>
              {complete ? null : <p class="note">Of the first 10,000 users by id.</p>}
            </>
          )}
        </Await>
      </Card>
      <Card
        title="Items asked for most"
        note="Over 30 days. What is similar to each, and what happened to it."
      >
        <Await of={popular}>
          {({ items }) => (
            <>
              {items.length === 0 ? <Empty>There is no item yet that somebody asked for.</Empty> : null}
              <ul class="chips">
                {items.map(({ item_id, title }) => (
                  <li key={item_id}>
                    <a class="chip" href={linkTo({ kind: "item", id: item_id })}>
                      {title ?? item_id}
                    </a>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Await>
      </Card>
    </div>
  );
}
