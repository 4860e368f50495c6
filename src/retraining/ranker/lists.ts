import { DEVICE_HISTORY_MAX, HISTORY_MAX, HOUR_MS, SECOND_MS, type Session } from "../../base/index.ts";
import {
  LATE_FEATURES,
  type RankingCandidate,
  type RankingEntry,
  type RankingItems,
  type RankingTable,
  type RankingWriter,
  rankingVisitor,
} from "../../catalogue/index.ts";
import { EVENT_TYPES, eventTypeWeight } from "../../events/index.ts";
import type { Dataset } from "../../learn/index.ts";
import type { CounterLog } from "./counters.ts";
import type { Moment } from "./moments.ts";
import { type AskedEntry, Retrieval } from "./retrieval.ts";

/** What is taken so long after a list was shown counts as taken from it. */
export const TAKEN_WITHIN_MS = HOUR_MS;

/** What somebody could choose from, and what was taken. */
export interface MomentList {
  user: number;
  candidates: readonly RankingCandidate[];
  /** [candidates] 0: not taken. */
  gains: Float32Array;
  /** [candidates] −1: not shown. */
  positions: Int16Array;
  /** Gains of what was taken and is no candidate. */
  missed: number[];
  /** Writes features [candidates, F]. */
  write(candidates: readonly RankingCandidate[], into: { matrix: Float32Array; offset: number }): void;
}

export interface ListSource {
  dataset: Dataset;
  /** Counters are written anew for each hour. */
  items: RankingItems;
  counters: CounterLog;
  /** The model that was fitted on what is older than every moment. */
  session: Session;
  writer: RankingWriter;
  /** C */
  candidatesMax: number;
}

/** Moments → lists, as serving would have made them then: nothing of a list comes from after its moment but the gains. */
export class ListMaker {
  readonly #source: ListSource;
  readonly #table: RankingTable;
  readonly #retrieval: Retrieval;
  /** [items] The hour that an item's counters are of. */
  readonly #hours: Int32Array;

  constructor(source: ListSource) {
    const { items } = source;
    this.#source = source;
    this.#table = { base: items, extra: items, extraRows: new Map() };
    this.#retrieval = new Retrieval(source.session, items.publishedAtMs, LATE_FEATURES);
    this.#hours = new Int32Array(items.size).fill(-1);
  }

  /** Null where nothing is known of the user yet, or nothing was taken. */
  async make({ user, context, shown, hash }: Moment): Promise<MomentList | null> {
    const { nowMs } = context;
    const { candidatesMax, writer } = this.#source;
    const history = this.#history(user, nowMs, hash % 2 === 0);
    if (history.length === 0) return null;
    const taken = this.#taken(user, nowMs, shown !== null);
    const seen = new Set(history.map(({ index }) => index));
    if (shown === null) for (const index of seen) taken.delete(index);
    if (taken.size === 0) return null;
    const candidates = await this.#retrieval.ask(history, nowMs, {
      wanted: candidatesMax,
      ...(shown === null ? { excluded: seen } : { only: shown.items }),
    });
    const listed = new Set(candidates.map(({ index }) => index));
    const gains = Float32Array.from(candidates, ({ index }) => taken.get(index) ?? 0);
    if (shown !== null && gains.every((gain) => gain === 0)) return null;
    for (const { index } of candidates) this.#count(index, nowMs);
    const visitor = rankingVisitor(this.#table, history, context);
    const places = new Map(
      shown === null ? [] : [...shown.items].map((item, at) => [item, shown.positions[at] as number]),
    );
    return {
      user,
      candidates,
      gains,
      positions: Int16Array.from(candidates, ({ index }) => places.get(index) ?? -1),
      missed: shown === null ? [...taken].flatMap(([index, gain]) => (listed.has(index) ? [] : [gain])) : [],
      write: (some, into) => writer(this.#table, visitor, some, into),
    };
  }

  /** Oldest first. A device tells no more than its newest items in their order: so every other moment is seen by that alone. */
  #history(user: number, nowMs: number, asDevice: boolean): (RankingEntry & AskedEntry)[] {
    const { userStart, timesMs, items, weights, types } = this.#source.dataset;
    const start = userStart[user] as number;
    let end = start;
    while (end < (userStart[user + 1] as number) && (timesMs[end] as number) < nowMs) end++;
    const from = Math.max(start, end - (asDevice ? DEVICE_HISTORY_MAX : HISTORY_MAX));
    return Array.from({ length: end - from }, (_, at) => {
      const row = from + at;
      const index = items[row] as number;
      if (asDevice)
        return {
          index,
          weight: eventTypeWeight("view"),
          ageS: 60 * (end - 1 - row),
          typeCode: EVENT_TYPES.view.code,
        };
      const ageS = (nowMs - (timesMs[row] as number)) / SECOND_MS;
      return { index, weight: weights[row] as number, ageS, typeCode: types[row] as number };
    });
  }

  /** Item → gain, of what the user took from then on. */
  #taken(user: number, nowMs: number, isAfter: boolean): Map<number, number> {
    const { userStart, timesMs, items, weights } = this.#source.dataset;
    const taken = new Map<number, number>();
    for (let row = userStart[user] as number; row < (userStart[user + 1] as number); row++) {
      const timeMs = timesMs[row] as number;
      if (timeMs < nowMs || (isAfter && timeMs === nowMs) || timeMs > nowMs + TAKEN_WITHIN_MS) continue;
      const item = items[row] as number;
      taken.set(item, Math.max(taken.get(item) ?? 0, gainOf(weights[row] as number)));
    }
    return taken;
  }

  #count(item: number, nowMs: number): void {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (this.#hours[item] === hour) return;
    const { counters, items } = this.#source;
    counters.write(item, nowMs, items.counters, item * items.counterNames.length);
    this.#hours[item] = hour;
  }
}

/** A look 1, a sign of wanting it 2, a purchase 3: by the event's declared weight. */
function gainOf(weight: number): number {
  if (weight >= EVENT_TYPES.purchase.weight) return 3;
  return weight >= EVENT_TYPES.add_to_cart.weight ? 2 : 1;
}
