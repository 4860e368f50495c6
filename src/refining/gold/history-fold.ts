import type { HistoryEntry } from "../../lake/index.ts";
import type { Fold } from "../rewrite/index.ts";
import { CHANGE, compareEntries, type HistoryChange } from "./history-change.ts";

/**
 * The newest `rowsMax` rows of each subject. Where the table had left out older rows of a subject and newer ones now go, those
 * older ones are missing here: such subjects are told to `onShort`, to be made again from all of their events.
 */
export function historyFold(
  emit: (entry: HistoryEntry) => void,
  onShort: (subject: HistoryEntry) => void,
  rowsMax: number,
): Fold<HistoryEntry, HistoryChange> {
  let entries: HistoryEntry[] = [];
  let oldest: HistoryEntry | null = null;
  let existing = 0;
  let forgotten = false;

  function put(entry: HistoryEntry): void {
    const last = entries.at(-1);
    if (last !== undefined && compareEntries(last, entry) === 0) entries.pop();
    entries.push(entry);
    // Rows come in order, so the window slides. One more than fits: the last may be removed right after it came.
    if (entries.length > 2 * rowsMax) entries = entries.slice(-rowsMax - 1);
  }

  return {
    begin() {
      entries = [];
      oldest = null;
      existing = 0;
      forgotten = false;
    },
    existing(entry) {
      if (forgotten) return;
      oldest ??= entry;
      existing++;
      put(entry);
    },
    change({ change, ...entry }) {
      if (change === CHANGE.forget) forgotten = true;
      else if (change !== CHANGE.remove) put(entry);
      else {
        const last = entries.at(-1);
        if (last !== undefined && compareEntries(last, entry) === 0) entries.pop();
      }
    },
    end() {
      const newest = entries.slice(-rowsMax);
      for (const entry of newest) emit(entry);
      if (existing < rowsMax || oldest === null) return;
      const first = newest[0];
      if (newest.length < rowsMax || first === undefined || compareEntries(first, oldest) < 0)
        onShort(oldest);
    },
  };
}
