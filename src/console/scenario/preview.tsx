import { useEffect, useState } from "preact/hooks";
import { ApiFailure, failureOf, get, send } from "../api.ts";
import { Card, Empty, Failure } from "../parts.tsx";
import { Term } from "../term.tsx";
import type { Config } from "./config.ts";

const PREVIEW_AFTER_MS = 500;

interface Previewed {
  items: { item_id: string; title?: string; source: string }[];
  qualifying?: number;
  relaxed?: string[];
}

/** The list that a visitor with a few items would get under these rules, before they are stored. */
export function Preview({ config, isWrong }: { config: Config; isWrong: boolean }) {
  const [recent, setRecent] = useState("");
  const [shown, setShown] = useState<Previewed | ApiFailure | null>(null);
  const { rules = {}, limit = 10 } = config;
  const asked = JSON.stringify({ rules, limit });
  useEffect(() => {
    if (isWrong) return;
    let isWanted = true;
    const timer = setTimeout(async () => {
      const list = await previewed(asked, recent);
      if (isWanted) setShown(list);
    }, PREVIEW_AFTER_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [asked, recent, isWrong]);
  return (
    <Card
      title="Preview"
      note="Rules and length alone, for somebody who has just looked at these items; the most popular one where none is named."
    >
      <label>
        Items{" "}
        <input
          value={recent}
          placeholder="sku-1, sku-2"
          onInput={(event) => setRecent(event.currentTarget.value)}
        />
      </label>
      {shown === null ? (
        <Waiting isWrong={isWrong} />
      ) : shown instanceof ApiFailure ? (
        <Failure error={shown} />
      ) : (
        <PreviewedList {...shown} isOld={isWrong} />
      )}
    </Card>
  );
}

function Waiting({ isWrong }: { isWrong: boolean }) {
  if (isWrong) return <Empty>The list comes when what is marked is put right.</Empty>;
  return (
    <output class="skeleton" aria-label="loading">
      <span />
      <span />
      <span />
    </output>
  );
}

/** `isOld`: of the last configuration that was right. */
function PreviewedList({ items, qualifying, relaxed, isOld }: Previewed & { isOld: boolean }) {
  return (
    <>
      <p class="note" role="status">
        {isOld ? "As it was: what is marked must be put right first. " : ""}
        {qualifying === undefined ? null : (
          <Term
            name={qualifying === 1 ? "1 item qualifies." : `${qualifying} items qualify.`}
            meaning="Items that are to be had and pass every filter, of which the list takes the best."
          />
        )}
        {relaxed === undefined ? "" : ` Relaxed: ${relaxed.join(", ")}.`}
      </p>
      {items.length === 0 ? <Empty>The list is empty.</Empty> : null}
      <ol class="plain">
        {items.map(({ item_id, title, source }) => (
          <li key={item_id}>
            {title ?? item_id} <span class="badge">{source}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

async function previewed(asked: string, recent: string): Promise<Previewed | ApiFailure> {
  try {
    const items = recent.split(/[\s,]+/).filter((item) => item !== "");
    const own = items.length > 0 ? items : await firstItems();
    return await send<Previewed>("POST", "/v1/recommendations", {
      ...JSON.parse(asked),
      recent: own,
      fields: ["title"],
    });
  } catch (error) {
    return failureOf(error);
  }
}

async function firstItems(): Promise<string[]> {
  const { items } = await get<{ items: { item_id: string }[] }>("/v1/popular", { limit: "1" });
  return items.map(({ item_id }) => item_id);
}
