import { type Event, eventTypeWeight, type Item, type User } from "../../src/events/index.ts";
import { readDataSet } from "../data/index.ts";
import { type Scale, simulateShop } from "../simulate/index.ts";

/** What a local Lakeshore is seeded with. */
export interface Source {
  title: string;
  items: Item[];
  users: User[];
  events: Event[];
  /** People to show in the demo and to ask samples for. */
  shoppers: { userId: string; label: string }[];
}

export interface SourceOptions {
  /** Folder of a data set; the simulated shop when absent. */
  data?: string;
  seed: number;
  scale: Scale;
}

/** Some shoppers never come, or only look at the door: there is nothing to show of them. */
const SHOPPER_INTERESTS_MIN = 5;

/** Names what the state was made from; another name needs a fresh state. */
export function sourceName({ data, seed, scale }: SourceOptions): string {
  if (data !== undefined) return `data set ${data}, seed ${seed}`;
  return `demo shop, seed ${seed}${scale === "demo" ? "" : `, ${scale}`}`;
}

export async function loadSource(options: SourceOptions, nowMs: number): Promise<Source> {
  if (options.data !== undefined) return readDataSet(options.data, nowMs);
  const { items, users, events, shoppers } = simulateShop({
    seed: options.seed,
    nowMs,
    scale: options.scale,
  });
  const interests = countInterests(events);
  return {
    title: "Lakeshore demo shop",
    items,
    users,
    events,
    shoppers: shoppers
      .filter(({ userId }) => (interests.get(userId) ?? 0) >= SHOPPER_INTERESTS_MIN)
      .map(({ userId, label }) => ({ userId, label })),
  };
}

function countInterests(events: readonly Event[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type, user_id: userId, item_id: itemId } of events) {
    if (userId === undefined || itemId === undefined || eventTypeWeight(type) === 0) continue;
    counts.set(userId, (counts.get(userId) ?? 0) + 1);
  }
  return counts;
}
