import { HOUR_MS, SECOND_MS } from "../../../src/base/index.ts";
import { EVENT_TYPES } from "../../../src/events/index.ts";
import type { InteractionRow } from "../../../src/learn/index.ts";

const VIEW = { weight: EVENT_TYPES.view.weight, typeCode: EVENT_TYPES.view.code };

/** `user item item …` in time order: a second from one to the next. Throws for a second line of a user: which came first is not said. */
export function* sequenceRows(lines: readonly string[][]): Generator<InteractionRow> {
  const users = new Set<string>();
  for (const [userId = "", ...items] of lines) {
    if (users.has(userId)) {
      throw new Error(
        `user ${userId} has two lines of sequences: all that a user did, in order, is one line`,
      );
    }
    users.add(userId);
    for (const [place, itemId] of items.entries()) {
      yield { userId, itemId, timeMs: place * SECOND_MS, ...VIEW };
    }
  }
}

/** `item item …` in the order of sessions, an hour from one's beginning to the next; session 7 is user `0000007`. */
export function* sessionRows(lines: readonly string[][], firstSession: number): Generator<InteractionRow> {
  for (const [index, items] of lines.entries()) {
    const session = firstSession + index;
    for (const [place, itemId] of items.entries()) {
      yield {
        userId: String(session).padStart(7, "0"),
        itemId,
        timeMs: session * HOUR_MS + place * SECOND_MS,
        ...VIEW,
      };
    }
  }
}

/** `user item item …` without order: all at one time. An item that a user has twice counts once, be it on two lines. */
export function* unorderedRows(lines: readonly string[][], timeMs: number): Generator<InteractionRow> {
  const had = new Map<string, Set<string>>();
  for (const [userId = "", ...items] of lines) {
    const own = had.get(userId) ?? new Set();
    had.set(userId, own);
    for (const itemId of items) {
      if (own.has(itemId)) continue;
      own.add(itemId);
      yield { userId, itemId, timeMs, ...VIEW };
    }
  }
}
