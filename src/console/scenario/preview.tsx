import { useEffect, useState } from "preact/hooks";
import { ApiFailure, get, send } from "./api.ts";
import { Card, Empty, Failure } from "./parts.tsx";

const PREVIEW_AFTER_MS = 500;

interface Previewed {
  items: { item_id: string; title?: string; source: string }[];
  qualifying?: number;
  relaxed?: string[];
}

/** The list that a visitor with a few items would get under these rules, before they are stored. */
export function Preview({ text }: { text: string }) {
  const [recent, setRecent] = useState("");
  const [shown, setShown] = useState<Previewed | ApiFailure | null>(null);
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(async () => {
      try {
        const { rules = {}, limit = 10 } = parsed(text) as { rules?: object; limit?: number };
        const items = recent.split(/[\s,]+/).filter((item) => item !== "");
        const own = items.length > 0 ? items : await firstItems();
        const answer = await send<Previewed>("POST", "/v1/recommendations", {
          recent: own,
          rules,
          limit,
          fields: ["title"],
        });
        if (isWanted) setShown(answer);
      } catch (error) {
        if (isWanted) setShown(error instanceof ApiFailure ? error : new ApiFailure(0, String(error)));
      }
    }, PREVIEW_AFTER_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [text, recent]);
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
        <Empty>On its way.</Empty>
      ) : shown instanceof ApiFailure ? (
        <Failure error={shown} />
      ) : (
        <>
          <p class="note" role="status">
            {shown.qualifying === undefined ? "" : `${shown.qualifying} items qualify.`}
            {shown.relaxed === undefined ? "" : ` Relaxed: ${shown.relaxed.join(", ")}.`}
          </p>
          <ol class="plain">
            {shown.items.map(({ item_id, title, source }) => (
              <li key={item_id}>
                {title ?? item_id} <span class="badge">{source}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </Card>
  );
}

async function firstItems(): Promise<string[]> {
  const { items } = await get<{ items: { item_id: string }[] }>("/v1/popular", { limit: "1" });
  return items.map(({ item_id }) => item_id);
}

/** The configuration as written; an error says what is wrong with it as JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiFailure(0, `this is no JSON: ${(error as Error).message}`);
  }
}
