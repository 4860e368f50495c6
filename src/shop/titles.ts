import type { AnswerItem } from "../beacon/index.ts";

/** Names of items: of those that answers carried, and of others when they are needed. */
export interface Titles {
  learn(items: readonly AnswerItem[]): void;
  of(itemId: string): string;
  /** Asks for what is not known yet; what stays unknown goes by its id. */
  fetch(itemIds: readonly string[]): Promise<void>;
}

export function createTitles(key: string): Titles {
  const known = new Map<string, string>();
  const titles: Titles = {
    learn(items) {
      for (const { item_id: itemId, title } of items) if (title !== undefined) known.set(itemId, title);
    },
    of: (itemId) => known.get(itemId) ?? itemId,
    async fetch(itemIds) {
      const items = itemIds.filter((itemId) => !known.has(itemId));
      if (items.length === 0) return;
      // Ranking is the call that gives items back by their ids.
      const body = JSON.stringify({ items, fields: ["title"] });
      const reply = await fetch(`/v1/rank?key=${encodeURIComponent(key)}`, { method: "POST", body });
      if (reply.ok) titles.learn(((await reply.json()) as { items: AnswerItem[] }).items);
    },
  };
  return titles;
}
