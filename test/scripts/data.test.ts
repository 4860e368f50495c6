import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDataSet } from "../../scripts/data/index.ts";
import { eventSchema, itemSchema } from "../../src/events/index.ts";

const NOW_MS = 1_790_000_000_000;
const PROTOCOL = {
  name: "films",
  task: "log",
  interactions: {
    file: "ratings.csv.gz",
    user: "userId",
    item: "movieId",
    time: "timestamp",
    timeUnit: "s",
    value: "rating",
    positive: "rating >= 3.5 counts as a like, the rest as a view",
  },
  items: { file: "movies.csv", id: "movieId", title: "title", categories: "genres (| separated)" },
};
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lakeshore-data-"));
  const ratings =
    "userId,movieId,rating,timestamp\r\n7,2,3.5,1000\r\n7,1,3.0,900\r\n7,3,5.0,9000\r\n8,1,1,1000\r\n";
  writeFileSync(path.join(folder, "ratings.csv.gz"), gzipSync(ratings));
  const movies =
    'movieId,title,genres\n1,Toy Story (1995),Comedy|Fantasy\n2,"Trip, A (1902)",(no genres listed)\n3,Untitled,Drama\n';
  writeFileSync(path.join(folder, "movies.csv"), movies);
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeProtocol(protocol: object): void {
  writeFileSync(path.join(folder, "protocol.json"), JSON.stringify(protocol));
}

describe("readDataSet", () => {
  it("turns rows into valid events in time order, likes by the protocol's rule, sessions by pauses", async () => {
    writeProtocol(PROTOCOL);
    const { events, shoppers } = await readDataSet(folder, NOW_MS);
    for (const event of events) expect(eventSchema.parse(event)).toEqual(event);
    expect(
      events.map(({ item_id, type, value, session_id, occurred_at }) => [
        item_id,
        type,
        value,
        session_id,
        occurred_at,
      ]),
    ).toEqual([
      ["1", "view", 3, "7-1", 900_000],
      ["2", "like", 3.5, "7-1", 1_000_000],
      ["1", "view", 1, "8-1", 1_000_000],
      ["3", "like", 5, "7-2", 9_000_000],
    ]);
    expect(shoppers.map(({ userId }) => userId)).toEqual(["7", "8"]);
  });

  it("gives a row the same id each time it is read, and each row another", async () => {
    writeProtocol(PROTOCOL);
    const first = (await readDataSet(folder, NOW_MS)).events.map(({ event_id }) => event_id);
    const second = (await readDataSet(folder, NOW_MS)).events.map(({ event_id }) => event_id);
    expect(second).toEqual(first);
    expect(new Set(first).size).toBe(4);
  });

  it("reads items with categories and the year of their title", async () => {
    writeProtocol(PROTOCOL);
    const { items } = await readDataSet(folder, NOW_MS);
    for (const item of items) expect(itemSchema.parse(item)).toEqual(item);
    expect(items).toEqual([
      {
        item_id: "1",
        title: "Toy Story (1995)",
        categories: ["Comedy", "Fantasy"],
        published_at: Date.UTC(1995, 0),
      },
      { item_id: "2", title: "Trip, A (1902)", published_at: 0 },
      { item_id: "3", title: "Untitled", categories: ["Drama"] },
    ]);
  });

  it.each(["next-item", "session", "top-n"])("says in a sentence why %s cannot be replayed", async (task) => {
    writeProtocol({ ...PROTOCOL, task });
    await expect(readDataSet(folder, NOW_MS)).rejects.toThrow(`"${task}" data set, which has no event times`);
  });

  it("says what a folder without a protocol lacks", async () => {
    await expect(readDataSet(folder, NOW_MS)).rejects.toThrow(/no protocol\.json/);
  });
});
