import type { Event, Item, User } from "../../src/events/index.ts";
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
  return {
    title: "Lakeshore demo shop",
    items,
    users,
    events,
    shoppers: shoppers.map(({ userId, label }) => ({ userId, label })),
  };
}
