import type { ColumnType } from "../../events/index.ts";

export interface Dictionary {
  /** Distinct values, in the order in which they first come. */
  values: unknown[];
  /** Each row's place in `values`. */
  indexes: number[];
}

/** Values looked at before a dictionary is begun, twice as many as this: a share of them, within bounds. */
const SAMPLE = { share: 1 / 32, least: 64, most: 512 } as const;
/** A dictionary pays while at most this part of the values is distinct: an index costs far less than a value. */
const DISTINCT_MAX = 0.6;

/** The values by their index among the distinct ones; null where that would not be shorter. */
export function dictionaryOf(type: ColumnType, values: readonly unknown[]): Dictionary | null {
  if (type === "boolean" || values.length < 2) return null;
  if (!repeats(values)) return null;
  const places = new Map<unknown, number>();
  const distinct: unknown[] = [];
  const indexes = new Array<number>(values.length);
  const most = values.length * DISTINCT_MAX;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    let place = places.get(value);
    if (place === undefined) {
      place = distinct.length;
      if (place > most) return null;
      places.set(value, place);
      distinct.push(value);
    }
    indexes[i] = place;
  }
  return { values: distinct, indexes };
}

/** Whether a sample of neighbours and of values from all over has any value twice: ids of events never do. */
function repeats(values: readonly unknown[]): boolean {
  const sample = Math.min(Math.max(values.length * SAMPLE.share, SAMPLE.least), SAMPLE.most);
  const step = Math.max(1, Math.floor(values.length / sample));
  const seen = new Set<unknown>();
  let count = 0;
  const look = (value: unknown) => {
    seen.add(value);
    count++;
  };
  for (let i = 0; i < values.length; i += step) look(values[i]);
  for (let i = 0; i < Math.min(sample, values.length); i++) if (i % step !== 0) look(values[i]);
  return seen.size < count;
}
