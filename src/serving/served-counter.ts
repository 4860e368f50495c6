import { WAITED_BOUNDS_MS } from "../features/index.ts";
import { DEGRADED_REASONS, type DegradedReason } from "./degraded.ts";
import { TENANTS_IN_MEMORY_MAX } from "./limits.ts";

/** What one answer was like. */
export interface ServedAnswer {
  /** From the request's first line to its answer, ms: what was waited for, as the platform's clock stands still otherwise. */
  waitedMs: number;
  isPersonal: boolean;
  degraded: DegradedReason | undefined;
}

const NAMES = [
  ...["answers", "errors", "personal", "degraded", "event_requests", "events"],
  ...DEGRADED_REASONS.map((reason) => `degraded.${reason}`),
  ...[...WAITED_BOUNDS_MS, Number.POSITIVE_INFINITY].map((_, place) => `ms.${place}`),
] as const;

const [ANSWERS, ERRORS, PERSONAL, DEGRADED, EVENT_REQUESTS, EVENTS] = [0, 1, 2, 3, 4, 5] as const;
const FIRST_REASON = 6;
const FIRST_WAIT = FIRST_REASON + DEGRADED_REASONS.length;

/** What one isolate has answered since it last told, by tenant: a few additions for each answer. */
export class ServedCounter {
  #cells = new Map<string, Float64Array>();

  answer(tenant: string, { waitedMs, isPersonal, degraded }: ServedAnswer): void {
    const cells = this.#of(tenant);
    add(cells, ANSWERS, 1);
    if (isPersonal) add(cells, PERSONAL, 1);
    if (degraded !== undefined) {
      add(cells, DEGRADED, 1);
      add(cells, FIRST_REASON + DEGRADED_REASONS.indexOf(degraded), 1);
    }
    add(cells, FIRST_WAIT + placeOf(waitedMs), 1);
  }

  error(tenant: string): void {
    add(this.#of(tenant), ERRORS, 1);
  }

  events(tenant: string, count: number): void {
    const cells = this.#of(tenant);
    add(cells, EVENT_REQUESTS, 1);
    add(cells, EVENTS, count);
  }

  /** What has come together, and begins anew. */
  take(): { tenant: string; counts: Record<string, number> }[] {
    const told = [...this.#cells].map(([tenant, cells]) => {
      const named = [...cells].flatMap((count, at) => (count === 0 ? [] : [[NAMES[at], count] as const]));
      return { tenant, counts: Object.fromEntries(named) as Record<string, number> };
    });
    this.#cells = new Map();
    return told;
  }

  #of(tenant: string): Float64Array {
    const known = this.#cells.get(tenant);
    if (known !== undefined) return known;
    // More tenants in one isolate and half a minute than are remembered at all: some of them are not counted.
    if (this.#cells.size >= TENANTS_IN_MEMORY_MAX) return new Float64Array(NAMES.length);
    const cells = new Float64Array(NAMES.length);
    this.#cells.set(tenant, cells);
    return cells;
  }
}

function add(cells: Float64Array, at: number, count: number): void {
  cells[at] = (cells[at] ?? 0) + count;
}

function placeOf(waitedMs: number): number {
  let place = 0;
  while (place < WAITED_BOUNDS_MS.length && waitedMs > (WAITED_BOUNDS_MS[place] ?? 0)) place++;
  return place;
}
