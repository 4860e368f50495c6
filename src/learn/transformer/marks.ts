import type { Dataset } from "../data/dataset.ts";
import { shapeOf } from "../data/shape.ts";

/** Rows of the table of gaps: one for each doubling of seconds. 2³¹ s are 68 years. */
export const GAP_CODES = 32;

/**
 * What is known of an interaction beside its item, only where the data have it: `type` where there are several types, `gap`
 * where times are real. The gap is the time until the next interaction, which at serving is the time until now, so the
 * network knows how long ago what it answers to was (compare TiSASRec, Li et al., WSDM 2020, which compares all pairs).
 * Codes by row of the data set.
 */
export function markCodes(dataset: Dataset): Record<string, Uint8Array> {
  const codes: Record<string, Uint8Array> = {};
  const { types, timesMs } = dataset;
  if (types.some((type) => type !== types[0])) codes.type = types;
  if (shapeOf(dataset, { maskSeen: false }).isTimed) {
    codes.gap = new Uint8Array(timesMs.length);
    for (let row = 0; row < timesMs.length; row++) {
      const timeMs = timesMs[row] as number;
      codes.gap[row] = gapCode(((timesMs[row + 1] ?? timeMs) - timeMs) / 1_000);
    }
  }
  return codes;
}

/** ⌊log₂(1 + seconds)⌋ */
function gapCode(seconds: number): number {
  return Math.min(Math.floor(Math.log2(1 + Math.max(seconds, 0))), GAP_CODES - 1);
}

/** Rows that each table needs. */
export function markRows(codes: Readonly<Record<string, Uint8Array>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(codes).map(([name, list]) => [
      name,
      name === "gap" ? GAP_CODES : list.reduce((most, code) => Math.max(most, code), 0) + 1,
    ]),
  );
}
