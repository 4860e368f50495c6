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
import { LakeCounters } from "./lake-counters.ts";
import { LakeHistories } from "./lake-histories.ts";
import { type Deletion, Identities, type Link } from "./lake-identities.ts";
import { LakeSessions } from "./lake-sessions.ts";

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
  itemIds(): Iterable<string>;
  categories(): Iterable<string>;
  subjects(): Iterable<string>;
  item(itemId: string): ItemFeatures;
  category(name: string): WindowedFeatures;
  user(subject: string): UserFeatures;
  session(actor: string): SessionFeatures;
  userItem(subject: string, itemId: string): UserItemFeatures;
}

/**
 * Computes a tenant's features from the rows of silver, in the order of their ids, as of a moment. Nothing that came later is
 * looked at: neither events, nor states of items, nor links. Holds sums of the items, the newest entries of each subject,
 * and the day's sessions; rows go by.
 */
export class FeatureFold {
  readonly #asOf: AsOf;
  readonly #identities: Identities;
  readonly #counters: LakeCounters;
  readonly #sessions: LakeSessions;
  readonly #histories = new LakeHistories();

  constructor(asOf: AsOf) {
    this.#asOf = asOf;
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
    if (subject !== null) this.#histories.add(subject, event);
  }

  /** No row may come after it. */
  close(): LakeFeatures {
    const { tenant, asOfMs, facets } = this.#asOf;
    this.#sessions.close();
    const facetsOf = (itemId: string) => facetsAt(statesOf(facets, tenant, itemId), asOfMs);
    const user = (subject: string) => userFeatures(this.#histories.of(subject), facetsOf, asOfMs);
    return {
      itemIds: () => this.#counters.items.keys(),
      categories: () => this.#counters.categories.keys(),
      subjects: () => this.#histories.subjects(),
      item: (itemId) =>
        itemFeatures(this.#counters.items.get(itemId) ?? emptySums(), facetsOf(itemId), asOfMs),
      category: (name) => windowedFeatures(this.#counters.categories.get(name) ?? emptySums()),
      user,
      session: (actor) => sessionFeatures(this.#sessions.of(actor) ?? EMPTY_ACTIVITY, facetsOf, asOfMs),
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
