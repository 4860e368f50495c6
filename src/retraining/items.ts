import type { StoredItem } from "../events/index.ts";
import { type Batch, ITEM_STATES, type ItemState, type Lake } from "../lake/index.ts";

type Name = Exclude<keyof ItemState, "tenant">;

const COLUMNS = ITEM_STATES.columns.map(({ name }) => name).filter((name): name is Name => name !== "tenant");

/** The tenant's items as they stood in a snapshot of silver.items, deleted ones left out, by id. */
export async function readItems(
  lake: Lake,
  tenant: string,
  snapshotId: number | undefined,
): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  if (snapshotId === undefined) return items;
  for await (const batch of lake.scan(ITEM_STATES, { columns: COLUMNS, tenant, snapshotId })) {
    for (let row = 0; row < batch.rows; row++) {
      // A state that has ended is the past.
      if (batch.columns.valid_to[row] === null) items.push(itemAt(batch, row));
    }
  }
  return items.sort((a, b) => (a.item_id < b.item_id ? -1 : 1));
}

function itemAt({ columns }: Batch<ItemState, Name>, row: number): StoredItem {
  const state: Record<string, unknown> = {};
  for (const name of COLUMNS) {
    const cell = columns[name][row];
    if (cell !== null && name !== "valid_from") state[name] = cell;
  }
  const since = columns.valid_from[row] as number;
  return { published_at: since, ...state, updated_at: since } as StoredItem;
}
