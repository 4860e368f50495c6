import type { Clock } from "../base/index.ts";

/** Durations of a request's I/O stages, for `Server-Timing`. Computation is not timed: the platform's clock stands still. */
export class Timeline {
  readonly #stages: { name: string; durationMs: number }[] = [];
  readonly #now: Clock;

  constructor(now: Clock) {
    this.#now = now;
  }

  async measure<T>(name: string, work: Promise<T>): Promise<T> {
    const startMs = this.#now();
    try {
      return await work;
    } finally {
      this.#stages.push({ name, durationMs: this.#now() - startMs });
    }
  }

  /** `Server-Timing`; no header when nothing was waited for. */
  headers(): { "server-timing"?: string } {
    if (this.#stages.length === 0) return {};
    const stages = this.#stages.map(({ name, durationMs }) => `${name};dur=${durationMs}`);
    return { "server-timing": stages.join(", ") };
  }
}
