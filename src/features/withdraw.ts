import type { KVNamespace } from "@cloudflare/workers-types";
import { LIST_KINDS, listName, type MaterialisedList } from "./list.ts";

/**
 * Takes items out of the lists that KV holds, without waiting for the lists to be made anew: what may not be answered any
 * more must not stand in a fallback for five minutes. Writes only lists that have one of them; returns how many.
 */
export async function withdrawItems(
  kv: Pick<KVNamespace, "get" | "put">,
  tenant: string,
  itemIds: ReadonlySet<string>,
): Promise<number> {
  const written = await Promise.all(
    LIST_KINDS.map(async (kind) => {
      const name = listName(tenant, kind);
      const list = await kv.get<MaterialisedList>(name, "json");
      const items = list?.items.filter((item) => !itemIds.has(item.itemId)) ?? [];
      if (list === null || items.length === list.items.length) return 0;
      await kv.put(name, JSON.stringify({ ...list, items }));
      return 1;
    }),
  );
  return written.reduce<number>((sum, one) => sum + one, 0);
}
