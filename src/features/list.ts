import type { KVNamespace } from "@cloudflare/workers-types";
import { ANSWER_ITEMS_MAX, EXCLUDE_MAX } from "../base/index.ts";

export const LIST_KINDS = ["trending", "popular", "newest"] as const;

export type ListKind = (typeof LIST_KINDS)[number];

/**
 * Items of a materialised list: enough for the longest answer with a hundred items excluded. The newest, which stand behind
 * all others, are enough for the longest answer beside an item with as many excluded as a request may name.
 */
export const LIST_ITEMS_MAX: Record<ListKind, number> = {
  trending: 200,
  popular: 200,
  newest: ANSWER_ITEMS_MAX + EXCLUDE_MAX + 1,
};

/** A list that is the same for everybody, made ahead of requests and kept in KV. Best first. */
export interface MaterialisedList {
  v: 1;
  kind: ListKind;
  createdAtMs: number;
  /** `fields`: those of `ITEM_FIELDS` that the item has. */
  items: { itemId: string; score: number; fields: Record<string, unknown> }[];
}

export function listName(tenant: string, kind: ListKind): string {
  return `list:${tenant}:${kind}`;
}

export function readList(
  kv: Pick<KVNamespace, "get">,
  list: { tenant: string; kind: ListKind; cacheTtlS: number },
): Promise<MaterialisedList | null> {
  return kv.get<MaterialisedList>(listName(list.tenant, list.kind), {
    type: "json",
    cacheTtl: list.cacheTtlS,
  });
}
