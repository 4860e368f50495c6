import { assert } from "../base/index.ts";
import { type Dataset, discardRows, type Parking } from "../learn/index.ts";
import { decodeDataset } from "./dataset-file.ts";

/**
 * A data set's file, opened to be parked: columns that are read again lie where the first ones did, so its ids are not parsed again.
 * Tens of thousands of new strings for each fit would be megabytes that no collection comes for. `change` may move what the columns
 * hold, in place, and must do the same each time.
 */
export async function openDataset(
  read: () => Promise<Uint8Array<ArrayBuffer>>,
  change: (rows: Dataset) => Dataset = (rows) => rows,
): Promise<{ dataset: Dataset; parking: Parking }> {
  const whole = decodeDataset(await read());
  const columns = columnsOf(whole);
  const { userIds, itemIds } = whole;
  const dataset = { ...change(whole) };
  return {
    dataset,
    parking: {
      park: () => discardRows(dataset),
      async restore() {
        const { buffer, byteOffset } = await read();
        assert(byteOffset === 0, "the columns must be aligned");
        const again = columns.map(({ name, type: Type, at, length }) => [name, new Type(buffer, at, length)]);
        const rows = { userIds, itemIds, ...Object.fromEntries(again) } as Dataset;
        Object.assign(dataset, change(rows));
      },
    },
  };
}

type ColumnType = new (buffer: ArrayBuffer, at: number, length: number) => ArrayBufferView;

/** Where each column lies in the file. */
function columnsOf(rows: Dataset): { name: string; type: ColumnType; at: number; length: number }[] {
  const { userStart, items, timesMs, weights, types } = rows;
  return Object.entries({ userStart, items, timesMs, weights, types }).map(([name, column]) => ({
    name,
    type: column.constructor as ColumnType,
    at: column.byteOffset,
    length: column.length,
  }));
}
