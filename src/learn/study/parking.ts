import type { Dataset } from "../data/dataset.ts";
import { discardRows } from "../data/own-rows.ts";
import type { FitPorts } from "../model/learner.ts";

/**
 * Puts the columns of a data set away for as long as a fit goes on without them, three million rows being 51 MB, and back into the
 * same object afterwards.
 */
export interface Parking {
  /** Discards the columns. */
  park(): void;
  /** Reads them again. */
  restore(): Promise<void>;
}

/** Of the fit, which may be a sample a third as large as what is parked: fewer take less memory than reading them again is worth. */
const ROWS_MIN = 200_000;

/** Runs a fit on `rows`, which are the parked data set's or a sample of them. The sample is not brought back. */
export async function withParking<T>(
  rows: Dataset,
  parking: Parking | undefined,
  run: (ports: Pick<FitPorts, "onRowsRead">) => Promise<T>,
): Promise<T> {
  if (parking === undefined || rows.items.length < ROWS_MIN) return run({});
  let isParked = false;
  const onRowsRead = () => {
    discardRows(rows);
    parking.park();
    isParked = true;
  };
  try {
    return await run({ onRowsRead });
  } finally {
    if (isParked) await parking.restore();
  }
}
