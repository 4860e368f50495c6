/**
 * React on top of the module (peer dependency: React 18 or newer): a hook that asks, and a component that shows. Impressions and clicks are the beacon's: it sees the
 * list by its attributes.
 */
import { createContext, createElement, type ReactNode, useContext, useEffect, useState } from "react";
import type { Answer, AnswerItem, Lakeshore, RecommendOptions } from "./api.ts";
import { ITEM_STYLE, itemCard, LIST_STYLE } from "./react-card.ts";

const Context = createContext<Lakeshore | null>(null);

/** Gives the page's `connect({ … })` to all that is inside. */
export function LakeshoreProvider({ client, children }: { client: Lakeshore; children?: ReactNode }) {
  return createElement(Context.Provider, { value: client }, children);
}

export function useLakeshore(): Lakeshore {
  const client = useContext(Context);
  if (client === null) throw new Error("there is no <LakeshoreProvider client={connect(…)}> around this");
  return client;
}

/** `answer` stays the one before while another is asked for: a list that changes does not blink. */
export interface Recommended {
  answer: Answer | null;
  /** Why the last question failed, with its `status`. */
  error: Error | null;
  isLoading: boolean;
}

/** Asks when first shown, and again when the options say something else. Nothing is asked on a server. */
export function useRecommendations(options: RecommendOptions = {}): Recommended {
  const client = useLakeshore();
  const asked = JSON.stringify(options);
  const [state, setState] = useState<Recommended>({ answer: null, error: null, isLoading: true });
  useEffect(() => {
    let isWanted = true;
    const settle = (change: Partial<Recommended>) => {
      if (isWanted) setState((before) => ({ ...before, error: null, ...change, isLoading: false }));
    };
    setState((before) => ({ ...before, isLoading: true }));
    client.recommend(JSON.parse(asked)).then(
      (answer) => settle({ answer }),
      (error: Error) => settle({ error }),
    );
    return () => {
      isWanted = false;
    };
  }, [client, asked]);
  return state;
}

export interface RecommendationsProps extends RecommendOptions {
  /** What the list is called, for those who hear the page; `Recommended` when absent. */
  label?: string;
  className?: string;
  /** Draws an item instead of the card: of a height that does not hang on the item, so that nothing on the page moves. */
  renderItem?: (item: AnswerItem) => ReactNode;
  /** Instead of nothing, where there is no item to recommend. */
  empty?: ReactNode;
}

const LIMIT_DEFAULT = 6;
const FIELDS = ["title", "url", "image", "price", "currency"];

/**
 * A list of cards (image, title, price). Its place is held from the first drawing on: as many skeletons as items are asked for, each of an item's
 * size; places that no item comes for stay empty.
 */
export function Recommendations({ label, className, renderItem, empty, ...options }: RecommendationsProps) {
  const { limit = LIMIT_DEFAULT, fields = FIELDS, scenario } = options;
  const { answer, isLoading } = useRecommendations({ ...options, limit, fields });
  const items = answer?.items ?? [];
  if (!isLoading && items.length === 0 && empty !== undefined) return empty;
  const places = Array.from({ length: Math.max(limit, items.length) }, (_, at) => {
    const item = items[at];
    const drawn =
      item === undefined ? itemCard(null, isLoading) : (renderItem?.(item) ?? itemCard(item, false));
    return createElement(
      "li",
      {
        key: item?.item_id ?? `place-${at}`,
        style: ITEM_STYLE,
        ...(item === undefined ? { "aria-hidden": true } : { "data-ls-item": item.item_id }),
      },
      drawn,
    );
  });
  return createElement(
    "ul",
    {
      className: className ?? "ls-list",
      style: LIST_STYLE,
      "aria-label": label ?? "Recommended",
      "aria-busy": isLoading,
      ...(answer === null ? {} : { "data-ls-rec": answer.recommendation_id }),
      ...(scenario === undefined ? {} : { "data-ls-scenario": scenario }),
    },
    places,
  );
}
