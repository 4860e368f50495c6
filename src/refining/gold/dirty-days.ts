import { DAY_MS } from "../../base/index.ts";
import { compareCells, type LiveFile, tenantBucket } from "../../lake/index.ts";
import { boundOf } from "../rewrite/index.ts";
import { compareItems, type DayKey } from "./item-day.ts";

/** Of silver.interactions. */
const OCCURRED_AT_ID = 15;
/** What is told of one tenant's days in a snapshot's summary; more ranges are joined, and days between them counted for nothing. */
const RANGES_MAX = 16;

type TenantDay = Pick<DayKey, "tenant" | "day">;

/** Days of tenants whose counts are not what silver holds, each as its midnight UTC. */
export class DirtyDays {
  readonly #tenants = new Map<string, Set<number>>();

  /** Inverse of `toText`. */
  static parse(text: string | undefined): DirtyDays {
    const days = new DirtyDays();
    const ranges = text === undefined ? {} : (JSON.parse(text) as Record<string, [number, number][]>);
    for (const [tenant, list] of Object.entries(ranges)) {
      for (const [from, to] of list)
        for (let day = from; day <= to; day++) days.add({ tenant, day: day * DAY_MS });
    }
    return days;
  }

  add({ tenant, day }: TenantDay): void {
    const days = this.#tenants.get(tenant);
    if (days === undefined) this.#tenants.set(tenant, new Set([day]));
    else days.add(day);
  }

  has({ tenant, day }: TenantDay): boolean {
    return this.#tenants.get(tenant)?.has(day) ?? false;
  }

  get isEmpty(): boolean {
    return this.#tenants.size === 0;
  }

  get buckets(): number[] {
    return [...new Set([...this.#tenants.keys()].map(tenantBucket))].sort((a, b) => a - b);
  }

  /** First and last moment of all days. */
  get range(): { min: number; max: number } {
    const days = this.all().map(({ day }) => day);
    const least = days.reduce((min, day) => Math.min(min, day), Number.MAX_SAFE_INTEGER);
    return { min: least, max: days.reduce((max, day) => Math.max(max, day), 0) + DAY_MS - 1 };
  }

  /** By tenant, then day. */
  all(): TenantDay[] {
    const tenants = [...this.#tenants].sort(([a], [b]) => compareCells(a, b));
    return tenants.flatMap(([tenant, days]) =>
      [...days].sort((a, b) => a - b).map((day) => ({ tenant, day })),
    );
  }

  filter(keeps: (day: TenantDay) => boolean): DirtyDays {
    const kept = new DirtyDays();
    for (const day of this.all()) if (keeps(day)) kept.add(day);
    return kept;
  }

  /** Whether the file may hold an event of any of the days, by its statistics. */
  meets(file: LiveFile): boolean {
    const [min, max] = [boundOf(file, OCCURRED_AT_ID, "min"), boundOf(file, OCCURRED_AT_ID, "max")];
    if (typeof min !== "number" || typeof max !== "number") return true;
    return [...this.#tenants.values()].some((days) =>
      [...days].some((day) => day <= max && min < day + DAY_MS),
    );
  }

  /** One key before all items of each day: a day that has none left is rewritten too. */
  async *markers(): AsyncGenerator<DayKey[]> {
    yield this.all()
      .map((day) => ({ ...day, item_id: "" }))
      .sort(compareItems);
  }

  /** As ranges of days since the epoch: all of these days, and some between them where the ranges would be too many. */
  toText(): string {
    const ranges = [...this.#tenants].map(([tenant, days]) => [tenant, rangesOf([...days])]);
    return JSON.stringify(Object.fromEntries(ranges));
  }
}

function rangesOf(daysMs: readonly number[]): [number, number][] {
  const days = daysMs.map((day) => day / DAY_MS).sort((a, b) => a - b);
  const gaps = days.slice(1).map((day, index) => day - (days[index] as number));
  // The widest gaps part ranges; a gap of one day parts nothing.
  const widest = gaps.toSorted((a, b) => b - a)[RANGES_MAX - 1] ?? 1;
  const ranges: [number, number][] = [];
  for (const [index, day] of days.entries()) {
    const last = ranges.at(-1);
    const gap = gaps[index - 1] ?? 0;
    if (last === undefined || gap > Math.max(1, widest)) ranges.push([day, day]);
    else last[1] = day;
  }
  return ranges;
}
