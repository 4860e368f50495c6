import { DAY_MS } from "../../base/index.ts";
import type { LiveFile } from "../../lake/index.ts";
import { compareItems, type DayEvent, type DayKey, dayOf } from "./item-day.ts";
import { boundOf } from "./ordered-files.ts";

/** Of silver.interactions. */
const OCCURRED_AT_ID = 15;

/** Days of tenants on which anything differs. */
export class TouchedDays {
  readonly #tenants = new Map<string, Set<number>>();
  range: { min: number; max: number } | null = null;

  add(event: DayEvent): void {
    const day = dayOf(event);
    const days = this.#tenants.get(event.tenant);
    if (days === undefined) this.#tenants.set(event.tenant, new Set([day]));
    else days.add(day);
    this.range = { min: Math.min(day, this.range?.min ?? day), max: Math.max(day, this.range?.max ?? day) };
  }

  has(event: DayEvent): boolean {
    return this.#tenants.get(event.tenant)?.has(dayOf(event)) ?? false;
  }

  /** Whether the file may hold a row of any of the days, by its statistics. */
  meets(file: LiveFile): boolean {
    const [min, max] = [boundOf(file, OCCURRED_AT_ID, "min"), boundOf(file, OCCURRED_AT_ID, "max")];
    if (typeof min !== "number" || typeof max !== "number") return true;
    return [...this.#tenants.values()].some((days) =>
      [...days].some((day) => day <= max && min < day + DAY_MS),
    );
  }

  /** One key before all items of each day: a day that has none left is rewritten too. */
  async *markers(): AsyncGenerator<DayKey[]> {
    const keys = [...this.#tenants].flatMap(([tenant, days]) =>
      [...days].map((day) => ({ tenant, day, item_id: "" })),
    );
    yield keys.sort(compareItems);
  }
}
