import { createHash } from "node:crypto";
import { type Event, makeUuidV7 } from "../../src/events/index.ts";
import { type LogProtocol, positiveFrom } from "./log.ts";
import type { Row } from "./table.ts";

/** A pause that ends a session. */
const SESSION_GAP_MS = 30 * 60 * 1_000;

/**
 * Rows as events in time order, rows of one time in file order. The id's time is that of the import, for the ledger that
 * deduplicates looks at it; its random part is a hash of the file and row, so sending a row again changes nothing.
 */
export function logEvents(protocol: LogProtocol, rows: readonly Row[], nowMs: number): Event[] {
  const { file, user, item, time, timeUnit, value } = protocol.interactions;
  const likedFrom = positiveFrom(protocol);
  const unitMs = timeUnit === "s" ? 1_000 : 1;
  const sessions = new Sessions();
  return rows
    .map((row, index) => ({ row, index, occurredAtMs: Number(row[time]) * unitMs }))
    .sort((a, b) => a.occurredAtMs - b.occurredAtMs || a.index - b.index)
    .map(({ row, index, occurredAtMs }) => {
      const userId = row[user] ?? "";
      const rating = Number(row[value]);
      return {
        event_id: rowEventId(nowMs, file, index),
        type: rating >= likedFrom ? "like" : "view",
        user_id: userId,
        session_id: sessions.of(userId, occurredAtMs),
        item_id: row[item] ?? "",
        value: rating,
        occurred_at: occurredAtMs,
        sent_at: nowMs,
        consent: "granted",
      };
    });
}

export function rowEventId(importStartMs: number, file: string, row: number): string {
  return makeUuidV7(importStartMs, createHash("sha256").update(`${file}\n${row}`).digest());
}

/** Session ids of rows that come in time order: a new one after a long pause of the user. */
export class Sessions {
  readonly #latest = new Map<string, { count: number; atMs: number }>();

  of(userId: string, atMs: number): string {
    const latest = this.#latest.get(userId);
    const goesOn = latest !== undefined && atMs - latest.atMs <= SESSION_GAP_MS;
    const count = (latest?.count ?? 0) + (goesOn ? 0 : 1);
    this.#latest.set(userId, { count, atMs });
    return `${userId}-${count}`;
  }
}
