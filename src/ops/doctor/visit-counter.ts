import { IDS_MAX, VISITS_MAX } from "./thresholds.ts";

/** An id that more visits name than one visitor can make. */
export interface SharedId {
  kind: "user_id" | "anonymous_id";
  id: string;
  events: number;
  visits: number;
}

interface Visits {
  events: number;
  visits: number;
  session: string;
}

/**
 * Visits by id, in the memory of one entry an id: rows come in the order of their ids, so that of one visitor a session follows the other, and of
 * an id that many share they alternate. Each change of session is a visit.
 */
export class VisitCounter {
  readonly #visits = new Map<string, Visits>();
  readonly #kind: SharedId["kind"];

  constructor(kind: SharedId["kind"]) {
    this.#kind = kind;
  }

  /** Different ids that were counted. */
  get ids(): number {
    return this.#visits.size;
  }

  add(id: string, session: string): void {
    const known = this.#visits.get(id);
    if (known === undefined) {
      if (this.#visits.size < IDS_MAX) this.#visits.set(id, { events: 1, visits: 1, session });
      return;
    }
    known.events++;
    if (known.session === session) return;
    known.session = session;
    known.visits++;
  }

  /** Those beyond what one visitor can make, most events first. */
  shared(): SharedId[] {
    return [...this.#visits]
      .filter(([, { visits }]) => visits > VISITS_MAX)
      .map(([id, { events, visits }]) => ({ kind: this.#kind, id, events, visits }))
      .sort((a, b) => b.events - a.events);
  }
}
