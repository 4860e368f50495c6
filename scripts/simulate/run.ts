import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Scale, simulateShop } from "./shop.ts";

export interface SimulateOptions {
  seed: number;
  nowMs: number;
  /** Folder to write to; made if absent. */
  out: string;
  scale?: Scale;
}

export interface SimulateCounts {
  items: number;
  users: number;
  events: number;
}

/** Writes items.jsonl, users.jsonl and events.jsonl, one object a line in the API's own wire form. */
export async function writeShop({
  seed,
  nowMs,
  out,
  scale = "demo",
}: SimulateOptions): Promise<SimulateCounts> {
  const { items, users, events } = simulateShop({ seed, nowMs, scale });
  await mkdir(out, { recursive: true });
  for (const [name, rows] of Object.entries({ items, users, events })) {
    await writeFile(path.join(out, `${name}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  }
  return { items: items.length, users: users.length, events: events.length };
}
