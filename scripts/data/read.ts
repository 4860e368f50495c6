import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Event, Item, User } from "../../src/events/index.ts";
import { type LogProtocol, logItems, logProtocolSchema } from "./log.ts";
import { logEvents } from "./log-events.ts";
import { readTable } from "./table.ts";

export interface DataSet {
  title: string;
  items: Item[];
  users: User[];
  /** In time order. */
  events: Event[];
  /** Those with the longest histories first. */
  shoppers: { userId: string; label: string }[];
}

const SHOPPERS_MAX = 50;

/** Reads the data set of a folder; throws one clear sentence when the folder holds none that can be replayed as events. */
export async function readDataSet(folder: string, nowMs: number): Promise<DataSet> {
  const protocol = await readProtocol(folder);
  const rows = await readTable(path.join(folder, protocol.interactions.file));
  const items = logItems(protocol, await readTable(path.join(folder, protocol.items.file)));
  const events = logEvents(protocol, rows, nowMs);
  return { title: protocol.name, items, users: [], events, shoppers: busiest(events) };
}

/** Checks a folder before anything is begun with it: what it says of itself, and that the files it names are there. */
export async function checkDataSet(folder: string): Promise<void> {
  const { interactions, items } = await readProtocol(folder);
  for (const { file } of [interactions, items]) {
    if (!existsSync(path.join(folder, file)))
      throw new Error(`${folder} lacks ${file}, which its protocol.json names`);
  }
}

async function readProtocol(folder: string): Promise<LogProtocol> {
  if (!existsSync(folder)) throw new Error(`The folder ${folder} does not exist`);
  const file = path.join(folder, "protocol.json");
  const text = await readFile(file, "utf8").catch(() => {
    throw new Error(`${folder} holds no protocol.json that says what its files are`);
  });
  const raw = JSON.parse(text) as { task?: string };
  if (raw.task !== "log") {
    throw new Error(
      `${file} describes a "${raw.task}" data set, which has no event times: only "log" data sets can be replayed as events`,
    );
  }
  return logProtocolSchema.parse(raw);
}

function busiest(events: readonly Event[]): DataSet["shoppers"] {
  const counts = new Map<string, number>();
  for (const { user_id: userId = "" } of events) counts.set(userId, (counts.get(userId) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, SHOPPERS_MAX)
    .map(([userId, count]) => ({ userId, label: `User ${userId}: ${count} events` }));
}
