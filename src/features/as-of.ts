import type { StoredEvent } from "../events/index.ts";
import { EMPTY_ACTIVITY } from "./activity.ts";
import {
  emptySums,
  type ItemFeatures,
  itemFeatures,
  type WindowedFeatures,
  windowedFeatures,
} from "./derive-item.ts";
import {
  type SessionFeatures,
  sessionFeatures,
  type UserFeatures,
  type UserItemFeatures,
  userFeatures,
  userItemFeatures,
} from "./derive-user.ts";
import { type FacetStates, facetsAt, statesOf } from "./facets.ts";
import type { Interaction } from "./history.ts";
import { LakeCounters } from "./lake-counters.ts";
import { historyEntry, LakeHistories } from "./lake-histories.ts";
import { type Deletion, Identities, type Link } from "./lake-identities.ts";
import { LakeSessions } from "./lake-sessions.ts";
import { sessionActor } from "./session-pattern.ts";

/** A row of silver, as far as features read it; what is absent may be null. */
export type LakeEvent = Omit<Pick<StoredEvent, LakeEventName>, NullableName> & {
  [Name in NullableName]?: StoredEvent[Name] | null;
};

type NullableName = Exclude<LakeEventName, (typeof REQUIRED_NAMES)[number]>;

const REQUIRED_NAMES = ["event_id", "type", "occurred_at", "received_at", "consent", "is_bot"] as const;

export const LAKE_EVENT_NAMES = [
  ...REQUIRED_NAMES,
  "user_id",
  "anonymous_id",
  "item_id",
  "items",
  "value",
  "duration_ms",
  "context",
  "country",
  "device",
] as const satisfies readonly (keyof StoredEvent)[];

type LakeEventName = (typeof LAKE_EVENT_NAMES)[number];

export interface AsOf {
  tenant: string;
  asOfMs: number;
  /**
   * What may be known at that moment: `received`, what had been received by then, as serving saw it; `occurred`, what had
   * happened by then, for histories that were imported afterwards. Absent: `received`.
   */
  clock?: "received" | "occurred";
  /** States of the tenant's items, see `facetStates`. */
  facets: FacetStates;
  links: readonly Link[];
  deletions: readonly Deletion[];
}

/** Features as of a moment, by the lake alone; equal to what `readFeatures` answers at that moment. */
export interface LakeFeatures {
  /** Items that anything counted for in the longest window. */
  itemIds(): Iterable<string>;
  /** Subjects with a history. */
  subjects(): Iterable<string>;
  item(itemId: string): ItemFeatures;
  category(name: string): WindowedFeatures;
  user(subject: string): UserFeatures;
  /** Of a history that was kept elsewhere. */
  userOf(history: readonly Interaction[]): UserFeatures;
  session(actor: string): SessionFeatures;
  /** Of the actor that the subject's newest event is of. */
  sessionOf(subject: string): SessionFeatures;
  userItem(subject: string, itemId: string): UserItemFeatures;
}

/** Where interactions go, as lines of a history (see `encodeEntry`). */
export interface HistorySink {
  add(subject: string, entry: string): void;
}

/**
 * Computes a tenant's features from the rows of silver as of a moment. Rows come day by day of their ids, of one day in any order.
 * Nothing that came later is looked at: neither events, nor states of items, nor links. Holds the items' sums, the day's
 * sessions, each subject's newest actor, and the histories unless another sink takes them.
 */
export class FeatureFold {
  readonly #asOf: AsOf;
  readonly #identities: Identities;
  readonly #counters: LakeCounters;
  readonly #sessions: LakeSessions;
  readonly #held = new LakeHistories();
  readonly #histories: HistorySink;
  readonly #newestActors = new Map<string, { eventId: string; actor: string }>();

  constructor(asOf: AsOf, histories?: HistorySink) {
    this.#asOf = asOf;
    this.#histories = histories ?? this.#held;
    this.#identities = new Identities(asOf);
    this.#counters = new LakeCounters(asOf);
    this.#sessions = new LakeSessions({
      asOfMs: asOf.asOfMs,
      deletedAtMs: (actor) => this.#identities.actorDeletedAtMs(actor),
      counted: (occurrence) => this.#counters.add(occurrence),
    });
  }

  add(event: LakeEvent): void {
    const { asOfMs, clock = "received" } = this.#asOf;
    const knownAtMs = clock === "received" ? event.received_at : event.occurred_at;
    if (event.is_bot || knownAtMs > asOfMs) return;
    this.#sessions.add(event);
    const subject = this.#identities.subjectOf(event);
    if (subject === null) return;
    const entry = historyEntry(event);
    if (entry !== null) this.#histories.add(subject, entry);
    this.#noteActor(subject, event);
  }

  #noteActor(subject: string, event: LakeEvent): void {
    const actor = sessionActor(event);
    const known = this.#newestActors.get(subject);
    if (actor === null || (known !== undefined && known.eventId > event.event_id)) return;
    this.#newestActors.set(subject, { eventId: event.event_id, actor });
  }

  /** No row may come after it. */
  close(): LakeFeatures {
    const { tenant, asOfMs, facets } = this.#asOf;
    this.#sessions.close();
    const facetsOf = (itemId: string) => facetsAt(statesOf(facets, tenant, itemId), asOfMs);
    const userOf = (history: readonly Interaction[]) => userFeatures(history, facetsOf, asOfMs);
    const user = (subject: string) => userOf(this.#held.of(subject));
    const session = (actor: string) =>
      sessionFeatures(this.#sessions.of(actor) ?? EMPTY_ACTIVITY, facetsOf, asOfMs);
    const { items, categories } = this.#counters;
    return {
      itemIds: () => items.keys(),
      subjects: () => this.#held.subjects(),
      item: (itemId) => itemFeatures(items.get(itemId) ?? emptySums(), facetsOf(itemId), asOfMs),
      category: (name) => windowedFeatures(categories.get(name) ?? emptySums()),
      user,
      userOf,
      session,
      sessionOf: (subject) => session(this.#newestActors.get(subject)?.actor ?? subject),
      userItem: (subject, itemId) => userItemFeatures(user(subject), facetsOf(itemId)),
    };
  }
}

/** `FeatureFold` over rows at hand. */
export function featuresAsOf(rows: Iterable<LakeEvent>, asOf: AsOf): LakeFeatures {
  const fold = new FeatureFold(asOf);
  for (const row of rows) fold.add(row);
  return fold.close();
}
