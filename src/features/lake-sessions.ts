import { type StoredEvent, uuidV7TimeMs } from "../events/index.ts";
import { type Activity, EMPTY_ACTIVITY, foldDay, type SessionEntry, sessionEntry } from "./activity.ts";
import type { LakeEvent } from "./as-of.ts";
import { countedItems, type ItemOccurrence } from "./counting.ts";
import { idDay, SESSION_PATTERN, sessionActor } from "./session-pattern.ts";

export interface LakeSessionsOptions {
  asOfMs: number;
  deletedAtMs(actor: string): number | undefined;
  /** Told of all that counts: at once, or when the session that it is part of is over and was a person's. */
  counted(occurrence: ItemOccurrence): void;
}

type Telling = Pick<StoredEvent, "event_id" | "received_at" | "device" | "country" | "context">;

/** The sessions of one tenant, from rows in the order of their ids: the actors of one day are held at a time. */
export class LakeSessions {
  readonly #options: LakeSessionsOptions;
  readonly #open = new Map<string, { entries: SessionEntry[]; events: Telling[] }>();
  readonly #newest = new Map<string, Activity>();
  #day = 0;

  constructor(options: LakeSessionsOptions) {
    this.#options = options;
  }

  add(event: LakeEvent): void {
    const itemIds = countedItems(event);
    const { event_id, type, occurred_at, received_at } = event;
    const entry = sessionEntry(
      { event_id, type, occurred_at, received_at, duration_ms: event.duration_ms ?? 0 },
      itemIds,
    );
    const actor = sessionActor(event);
    if (actor === null) {
      if (itemIds.length > 0) this.#options.counted(occurrence(entry));
      return;
    }
    const day = idDay(uuidV7TimeMs(event_id));
    if (day !== this.#day) this.close();
    this.#day = day;
    const open = this.#open.get(actor) ?? { entries: [], events: [] };
    this.#open.set(actor, open);
    open.entries.push(entry);
    open.events.push(telling(event));
  }

  /** Ends the day. */
  close(): void {
    for (const [actor, day] of this.#open) {
      const { after, turns } = foldDay(EMPTY_ACTIVITY, day, this.#options.deletedAtMs(actor));
      for (const turn of turns) this.#options.counted(occurrence(turn.entry));
      this.#newest.set(actor, this.#remembered(after ?? EMPTY_ACTIVITY));
    }
    this.#open.clear();
  }

  /** The actor's newest day. */
  of(actor: string): Activity | undefined {
    return this.#newest.get(actor);
  }

  /** Of sessions only the one that may be current is asked for: an actor's past costs no memory. */
  #remembered({ sessions, surroundings }: Activity): Activity {
    const last = sessions.at(-1);
    const isCurrent = last !== undefined && this.#options.asOfMs - last.occurredAtMs <= SESSION_PATTERN.gapMs;
    return { sessions: isCurrent ? [last] : [], surroundings };
  }
}

function occurrence([, occurredAtMs, receivedAtMs, type, itemIds, durationMs]: SessionEntry): ItemOccurrence {
  return { itemIds, type, durationMs, occurredAtMs, receivedAtMs, sign: 1 };
}

function telling({ event_id, received_at, device, country, context }: LakeEvent): Telling {
  return {
    event_id,
    received_at,
    ...(device == null ? {} : { device }),
    ...(country == null ? {} : { country }),
    ...(context == null ? {} : { context }),
  };
}
