import { fnv1a32, HOUR_MS } from "../base/index.ts";
import type { ListOrigin } from "../events/index.ts";
import { type DayCounts, type ListCounts, NONE } from "./guard.ts";

/** Lists of one time: more would tell nothing new, and their ids are held in memory. */
const LISTS_MAX = 100_000;

const HASHES = 2 ** 32;

/** Reasons of a degraded answer that the model, not the question, is to blame for. */
export const WITHOUT_MODEL: readonly string[] = ["scorer_error", "scorer_late", "scorer_cold"];

interface HeldList {
  mintedAtMs: number;
  modelVersion: string | null;
  degraded: string;
  isSeen: boolean;
  isClicked: boolean;
}

/**
 * Each list once, however often it was seen or clicked. Of too many, those whose id hashes low: a fair sample, in which a list is held
 * with its clicks whichever of its events comes first.
 */
export class ListTally {
  readonly #max: number;
  readonly #held = new Map<string, HeldList>();
  #below = HASHES;

  constructor(max = LISTS_MAX) {
    this.#max = max;
  }

  add(
    id: string,
    { mintedAtMs, modelVersion, degraded = "" }: Pick<ListOrigin, "mintedAtMs" | "modelVersion" | "degraded">,
    { isSeen }: { isSeen: boolean },
  ): void {
    if (fnv1a32(id) >= this.#below) return;
    const known = this.#held.get(id);
    const list = known ?? { mintedAtMs, modelVersion, degraded, isSeen: false, isClicked: false };
    if (isSeen) list.isSeen = true;
    else list.isClicked = true;
    if (known !== undefined) return;
    this.#held.set(id, list);
    while (this.#held.size > this.#max) this.#halve();
  }

  /** Those that a part of a list was answered by. */
  versions(): Set<string> {
    const names = [...this.#held.values()].map(({ modelVersion }) => modelVersion);
    return new Set(names.filter((name) => name !== null));
  }

  /** Of lists that were seen and made within the time; clicks of those that such a version answered. */
  counts(
    { fromMs = 0, untilMs = Number.POSITIVE_INFINITY }: { fromMs?: number; untilMs?: number },
    isOf: (version: string) => boolean,
  ): DayCounts {
    const hours: ListCounts[] = Array.from({ length: 24 }, () => structuredClone(NONE));
    for (const { mintedAtMs, modelVersion, degraded, isSeen, isClicked } of this.#held.values()) {
      const hour = hours[Math.floor(mintedAtMs / HOUR_MS) % 24];
      if (hour === undefined || !isSeen || mintedAtMs < fromMs || mintedAtMs >= untilMs) continue;
      hour.lists++;
      if (degraded === "scorer_error") hour.errors++;
      if (WITHOUT_MODEL.includes(degraded)) hour.degraded++;
      if (modelVersion === null || !isOf(modelVersion)) continue;
      hour.clicks.lists++;
      if (isClicked) hour.clicks.clicked++;
    }
    return hours;
  }

  #halve(): void {
    this.#below /= 2;
    for (const id of this.#held.keys()) if (fnv1a32(id) >= this.#below) this.#held.delete(id);
  }
}
