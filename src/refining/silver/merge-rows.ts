import type { Batch, Interaction } from "../../lake/index.ts";
import type { Blocks } from "../sort/index.ts";
import { Cursor } from "../sort/index.ts";
import { compareKeys, type EventCells, type InteractionName, keyOf, type RowKey } from "./columns.ts";
import { FilesOverlapError } from "./sorted-batches.ts";

/**
 * When the copies of an event landed: while landing still applied it to D1, when it was left to silver, some so and some so; or one
 * is a dead letter that was replayed when it was left to silver.
 */
export type Landed = "in_time" | "late" | "both" | "replayed";

/** One copy of an event on its way to silver. A tuple, for many are held and written out. */
export type FreshRow = readonly [
  /** Of the tenant. */
  bucket: number,
  /** Of the id, days since the epoch. */
  day: number,
  landed: Landed,
  cells: EventCells,
];

/** What a merge meets, in the order of tenant and id. A promise only where there is something to wait for. */
export interface RowSink<Name extends InteractionName> {
  /** Stored rows `from` … `to` − 1, of which no fresh copy came. */
  stored(batch: Batch<Interaction, Name>, from: number, to: number): Promise<void> | undefined;
  /** A fresh row; with the stored row of the same event, if there is one. */
  fresh(
    row: FreshRow,
    stored: { batch: Batch<Interaction, Name>; index: number } | null,
  ): Promise<void> | undefined;
}

/**
 * Goes through a partition's stored rows and the fresh ones, one copy of each event, side by side. Both are sorted by tenant and id;
 * one batch and one block are held. Rejects with a `FilesOverlapError` where the stored rows are not in order.
 */
export async function mergeRows<Name extends InteractionName>(
  stored: AsyncIterable<Batch<Interaction, Name>>,
  fresh: Blocks<FreshRow>,
  sink: RowSink<Name>,
): Promise<void> {
  const cursor = await Cursor.open(fresh);
  const last = { tenant: "", event_id: "" };
  for await (const batch of stored) {
    // Every reader asks for the key's columns.
    const keys = batch.columns as unknown as Batch<Interaction, "tenant" | "event_id">["columns"];
    const keyAt = (index: number) => ({
      tenant: keys.tenant[index] as string,
      event_id: keys.event_id[index] as string,
    });
    if (batch.rows > 0 && compareKeys(last, keyAt(0)) >= 0) throw new FilesOverlapError(batch.path);
    let index = 0;
    while (index < batch.rows) {
      const row = cursor.row;
      const key = row === undefined ? null : keyOf(row[3]);
      const end = key === null ? batch.rows : firstNotBefore(keyAt, key, index, batch.rows);
      if (end > index) await sink.stored(batch, index, end);
      index = end;
      if (row === undefined || key === null || index === batch.rows) continue;
      const isCopy = compareKeys(keyAt(index), key) === 0;
      await sink.fresh(row, isCopy ? { batch, index } : null);
      if (isCopy) index++;
      await cursor.next();
    }
    if (batch.rows > 0) Object.assign(last, keyAt(batch.rows - 1));
  }
  for (; cursor.row !== undefined; await cursor.next()) await sink.fresh(cursor.row, null);
}

/** The first index from `from` on whose key is not before `key`. */
function firstNotBefore(keyAt: (index: number) => RowKey, key: RowKey, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keyAt(middle), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
