import { MINUTE_MS, SECOND_MS } from "../base/index.ts";
import type { LiveModel } from "./model.ts";
import type { ScoringPorts } from "./ports.ts";
import type { ModelView } from "./view.ts";
import { viewToday } from "./view-today.ts";

/** Nobody asked for so long: whoever compared lists has gone on to something else. */
export const BESIDE_IDLE_MS = 5 * MINUTE_MS;
/** What a request may take in all: one that was cut off in its turn keeps the others waiting no longer. */
const TURN_MS = 30 * SECOND_MS;

interface Held {
  tenant: string;
  version: string;
  view: ModelView;
  /** Names the live view that it was brought up to date by. */
  asOf: string;
  usedAtMs: number;
}

/** The one place of an isolate, over all tenants, for a model that is not live. Whatever a live model needs, it gives way. */
export class BesidePlace {
  #held: Held | null = null;
  #turn: Promise<void> | null = null;

  get bytes(): number {
    return this.#held?.view.bytes ?? 0;
  }

  holds(tenant: string, version: string): boolean {
    return this.#held?.tenant === tenant && this.#held.version === version;
  }

  /** In the place of what was there. */
  put(model: LiveModel, { live, nowMs }: { live: ModelView | null; nowMs: number }): void {
    this.retire();
    const { tenant, version } = model.manifest;
    this.#held = { tenant, version, view: viewToday(model, live), asOf: nameOf(live), usedAtMs: nowMs };
  }

  /** The version as of now; null where it has had to go. */
  view(tenant: string, version: string, { live, nowMs }: { live: ModelView | null; nowMs: number }) {
    const held = this.#held;
    if (held === null || !this.holds(tenant, version)) return null;
    held.usedAtMs = nowMs;
    // An edit since then, or another live model.
    if (held.asOf !== nameOf(live)) held.view = viewToday(held.view.model, live);
    held.asOf = nameOf(live);
    return held.view;
  }

  /** What runs on it ends whole. */
  retire(): void {
    this.#held?.view.model.retire();
    this.#held = null;
  }

  retireIfIdle(nowMs: number): void {
    if (this.#held !== null && nowMs - this.#held.usedAtMs > BESIDE_IDLE_MS) this.retire();
  }

  /** One question after the other, for two of different versions would throw each other out. */
  async inTurn<T>({ sleep }: Pick<ScoringPorts, "sleep">, work: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const own = Promise.withResolvers<void>();
    this.#turn = own.promise;
    try {
      if (before !== null) await Promise.race([before, sleep(TURN_MS)]);
      return await work();
    } finally {
      if (this.#turn === own.promise) this.#turn = null;
      own.resolve();
    }
  }
}

function nameOf(live: ModelView | null): string {
  return live === null ? "" : `${live.model.manifest.version} ${live.overlayEtag}`;
}
