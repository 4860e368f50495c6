import type { Clock } from "../base/index.ts";
import { CONFIG_READ_MS, LEAST_SHARE, TIMEOUT_DEFAULT_MS } from "./limits.ts";

/**
 * The I/O stages of a request: how long each took, for `Server-Timing`, and how long one may take. Computation is not timed:
 * the platform's clock stands still.
 */
export class Timeline {
  readonly #stages: { name: string; durationMs: number }[] = [];
  readonly #now: Clock;
  #timeoutMs = TIMEOUT_DEFAULT_MS;
  #configMs = CONFIG_READ_MS;
  #startedMs: number | undefined;

  constructor(now: Clock) {
    this.#now = now;
  }

  /** The request's own time for all that an answer can do without; otherwise the defaults. */
  allow(timeoutMs: number | undefined): void {
    this.#timeoutMs = timeoutMs ?? TIMEOUT_DEFAULT_MS;
    this.#configMs = Math.min(timeoutMs ?? CONFIG_READ_MS, CONFIG_READ_MS);
  }

  /** How long scenario and configuration may take, which are read at the very beginning. */
  get configMs(): number {
    return this.#configMs;
  }

  /**
   * How long a wait may take that begins now: its share of the request's time, and no more than is left of it since the first
   * such wait began, but always `LEAST_SHARE` of it.
   */
  limitMs(share: number): number {
    this.#startedMs ??= this.#now();
    const leftMs = this.#timeoutMs - (this.#now() - this.#startedMs);
    return Math.max(Math.min(share * this.#timeoutMs, leftMs), LEAST_SHARE * this.#timeoutMs);
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
