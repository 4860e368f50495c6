import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS, type Prng } from "../../src/base/index.ts";
import { eventTypeCode } from "../../src/events/index.ts";
import {
  type HistoryEntry,
  type IdentityLink,
  type Interaction,
  ITEM_DAILY,
  type ItemDay,
  type Table,
  USER_HISTORIES,
} from "../../src/lake/index.ts";
import { dailyJob } from "../../src/refining/gold/item-daily.ts";
import { historiesJob } from "../../src/refining/gold/user-histories.ts";
import { NOW_MS, randomLinks } from "./events.ts";
import { randomInteractions, Silver, usersOf } from "./gold-silver.ts";
import { openWorld, rowsOf, runJob } from "./world.ts";

const HISTORY_MAX = 5;
const histories = historiesJob({ historyMax: HISTORY_MAX, memoryRows: 7, fileRows: 8 });
const daily = dailyJob({ memoryRows: 11, fileRows: 6 });

/** The definition, from all rows at once. */
function expectedHistories(rows: readonly Interaction[], links: readonly IdentityLink[]): HistoryEntry[] {
  const users = usersOf(links);
  const entries = rows.flatMap((row): HistoryEntry[] => {
    if (row.is_bot || row.is_automated || row.consent === "denied" || row.event_weight <= 0) return [];
    const { tenant, event_id, occurred_at, item_id, type, event_weight: weight, value } = row;
    const user = row.user_id ?? users.get(`${tenant} ${row.anonymous_id}`);
    if (item_id === undefined || (user === undefined && row.anonymous_id === undefined)) return [];
    const subject = user === undefined ? `a:${row.anonymous_id}` : `u:${user}`;
    const entry = {
      tenant,
      subject,
      occurred_at,
      event_id,
      item_id,
      type,
      type_code: eventTypeCode(type),
      weight,
    };
    return [value === undefined ? entry : { ...entry, value }];
  });
  const sorted = entries.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  return [...Map.groupBy(sorted, (entry) => `${entry.tenant} ${entry.subject}`).values()].flatMap((group) =>
    group.slice(-HISTORY_MAX),
  );
}

function orderOf({ tenant, subject, occurred_at, event_id }: HistoryEntry): string {
  return `${tenant} ${subject} ${String(occurred_at).padStart(16, "0")} ${event_id}`;
}

/** Without the sums of fractions, which are compared apart. */
function expectedDays(rows: readonly Interaction[]): Map<string, Omit<ItemDay, "revenue">> {
  const days = new Map<string, Omit<ItemDay, "revenue"> & { seen: Set<string> }>();
  for (const row of rows) {
    if (row.is_bot || row.is_automated || (row.type !== "impression" && row.event_weight <= 0)) continue;
    const listed = row.type === "impression" ? (row.items ?? []).map((item) => item.item_id) : [];
    for (const itemId of new Set(row.item_id === undefined ? listed : [row.item_id, ...listed])) {
      const day = Math.floor(row.occurred_at / DAY_MS) * DAY_MS;
      const key = `${row.tenant} ${day} ${itemId}`;
      const zero = {
        views: 0,
        clicks: 0,
        carts: 0,
        purchases: 0,
        impressions: 0,
        score: 0,
        quantity: 0,
        subjects: 0,
      };
      const found = days.get(key) ?? { tenant: row.tenant, item_id: itemId, day, ...zero, seen: new Set() };
      if (row.type === "view") found.views++;
      if (row.type === "purchase") found.purchases++;
      if (row.type === "impression") found.impressions++;
      found.score += row.event_weight;
      if (row.type === "purchase") found.quantity += row.quantity ?? 1;
      if (row.subject !== undefined) found.seen.add(row.subject);
      days.set(key, found);
    }
  }
  return new Map([...days].map(([key, { seen, ...day }]) => [key, { ...day, subjects: seen.size }]));
}

/** What may befall silver between two runs: rows come, are flagged, change or go. */
function change(prng: Prng, silver: Silver): void {
  silver.put(randomInteractions(prng, 5 + prng.int(25)));
  for (const row of silver.rows) {
    const draw = prng.next();
    if (draw < 0.06) silver.put([{ ...row, is_automated: !row.is_automated }]);
    else if (draw < 0.1) silver.delete(row);
    else if (draw < 0.13) silver.put([{ ...row, event_weight: row.event_weight === 0 ? 0 : 2 }]);
    else if (draw < 0.15) silver.put([{ ...row, subject: "u:found" }]);
  }
}

async function checkHistories(world: ReturnType<typeof openWorld>, silver: Silver, links: IdentityLink[]) {
  const rows = await rowsOf(world, USER_HISTORIES);
  rows.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  expect(rows).toEqual(expectedHistories(silver.rows, links));
}

async function checkDays(world: ReturnType<typeof openWorld>, silver: Silver) {
  const rows = await rowsOf(world, ITEM_DAILY);
  const found = rows.map(({ revenue: _, ...row }): [string, unknown] => [
    `${row.tenant} ${row.day} ${row.item_id}`,
    row,
  ]);
  expect(new Map(found)).toEqual(expectedDays(silver.rows));
  expect(found.length).toBe(new Map(found).size);
}

describe("gold, kept incrementally", () => {
  for (let seed = 1; seed <= 6; seed++) {
    it(`is what its definition says after every step (seed ${seed})`, async () => {
      const prng = createPrng(seed);
      const world = openWorld();
      const silver = new Silver(world);
      const links: IdentityLink[] = [];
      for (let step = 0; step < 5; step++) {
        for (let commit = prng.int(3); commit >= 0; commit--) {
          change(prng, silver);
          await silver.commit(3 + prng.int(20));
        }
        if (prng.next() < 0.7) {
          const more = randomLinks(prng, 1 + prng.int(3));
          links.push(...more);
          await silver.link(more);
        }
        const options = { nowMs: silver.nowMs, rowsMax: 1 + prng.int(100) };
        await runJob(world, histories, options);
        await runJob(world, daily, options);
        await checkHistories(world, silver, links);
        await checkDays(world, silver);
      }
    });
  }
});

describe("gold.user_histories", () => {
  it("reads nothing and writes nothing while nothing is new", async () => {
    const world = openWorld();
    const silver = new Silver(world);
    silver.put(randomInteractions(createPrng(1), 50));
    await silver.commit();
    expect(await runJob(world, histories, { nowMs: NOW_MS })).toBe(1);
    expect(await runJob(world, histories, { nowMs: NOW_MS })).toBe(0);
  });

  it("leaves the files alone whose subjects nothing happened to", async () => {
    const world = openWorld();
    const silver = new Silver(world);
    const [first] = randomInteractions(createPrng(1), 1);
    if (first === undefined) throw new Error("one row was asked for");
    const person = {
      ...first,
      tenant: "t",
      type: "view",
      event_weight: 1,
      item_id: "i",
      is_bot: false,
    } as const;
    const rows = Array.from({ length: 40 }, (_, index) => {
      const user = `u${String(index).padStart(2, "0")}`;
      const event_id = `${first.event_id.slice(0, -2)}${String(index).padStart(2, "0")}`;
      return {
        ...person,
        is_automated: false,
        consent: "granted",
        user_id: user,
        subject: `u:${user}`,
        event_id,
      } as const;
    });
    silver.put(rows);
    await silver.commit();
    await runJob(world, histories, { nowMs: NOW_MS });
    const before = (await world.lake.files(USER_HISTORIES)).map(({ path }) => path);
    expect(before).toHaveLength(5);
    silver.put([{ ...(rows[20] as Interaction), event_weight: 4 }]);
    await silver.commit();
    await runJob(world, histories, { nowMs: NOW_MS + 1 });
    const after = (await world.lake.files(USER_HISTORIES)).map(({ path }) => path);
    expect(after.filter((path) => before.includes(path))).toHaveLength(4);
    await checkHistories(world, silver, []);
  });
});

describe("gold, made again", () => {
  it("is what silver says, whatever its tables hold", async () => {
    const world = openWorld();
    const silver = new Silver(world);
    silver.put(randomInteractions(createPrng(3), 60));
    await silver.commit();
    await runJob(world, histories, { nowMs: NOW_MS });
    await runJob(world, daily, { nowMs: NOW_MS });
    for (const table of [USER_HISTORIES, ITEM_DAILY]) {
      const [file] = await world.lake.files(table as Table<object>);
      const change = { operation: "delete", added: [], removed: [file?.path ?? ""] } as const;
      await world.lake.commit(table, change, { nowMs: NOW_MS });
    }
    expect(await runJob(world, daily, { nowMs: NOW_MS })).toBe(0);
    for (const job of [histories, daily]) {
      await job.run(world.ports, { nowMs: NOW_MS, rowsMax: 1, run: `anew-${job.name}`, anew: true });
      await runJob(world, job, { nowMs: NOW_MS, rowsMax: 10 });
    }
    await checkHistories(world, silver, []);
    await checkDays(world, silver);
  });
});
