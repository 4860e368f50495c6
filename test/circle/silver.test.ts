import { afterAll, beforeAll, expect, it } from "vitest";
import { runJob } from "../../scripts/lake/jobs.ts";
import { Progress } from "../../scripts/progress.ts";
import { seedShore } from "../../scripts/start/circle.ts";
import { Home } from "../../scripts/start/home.ts";
import { openShore, type Shore } from "../../scripts/start/index.ts";
import { listAll, type ObjectStore, r2ObjectStore } from "../../src/base/index.ts";
import {
  EVENTS,
  INTERACTIONS,
  ITEM_STATES,
  type Lake,
  LINEAGE,
  openLake,
  QUARANTINE,
  type Table,
  USER_HISTORIES,
  USER_STATES,
} from "../../src/lake/index.ts";

const progress = new Progress({ quiet: true });
let home: Home;
let shore: Shore;
let store: ObjectStore;
let lake: Lake;
let accepted: Set<string>;

beforeAll(async () => {
  home = await Home.temporary();
  shore = await openShore(home, "127.0.0.1", 0, progress);
  const seeded = await seedShore(shore, { seed: 1, scale: "tiny" }, progress);
  accepted = seeded.accepted;
  const server = { url: shore.url, adminToken: shore.secrets.ADMIN_TOKEN };
  for (const job of ["commit", "refine"] as const) await runJob(server, job);
  store = r2ObjectStore(await shore.runtime.lake());
  lake = openLake(store);
});

afterAll(async () => {
  await shore?.stop();
  await home?.remove();
});

async function column<Row extends object, Name extends keyof Row & string>(table: Table<Row>, name: Name) {
  const cells: (Exclude<Row[Name], undefined> | null)[] = [];
  for await (const { columns } of lake.scan(table, { columns: [name] })) cells.push(...columns[name]);
  return cells;
}

it("silver has every event of bronze once, less those in quarantine", async () => {
  const rows = await column(INTERACTIONS, "event_id");
  expect(new Set(rows).size).toBe(rows.length);
  const quarantined = new Set(await column(QUARANTINE, "event_id"));
  const bronze = new Set(await column(EVENTS, "event_id"));
  expect(rows.toSorted()).toEqual([...bronze].filter((id) => !quarantined.has(id ?? "")).toSorted());
  expect(rows.length).toBe(accepted.size - quarantined.size);
});

it("silver knows the shop's items and users, and takes its people for people", async () => {
  const catalogue = await shore.runtime.database("DB");
  const { results } = await catalogue.prepare("SELECT item_id FROM items").all<{ item_id: string }>();
  const items = results.map((row) => row.item_id);
  expect((await column(ITEM_STATES, "item_id")).toSorted()).toEqual(items.toSorted());
  expect((await column(USER_STATES, "user_id")).length).toBeGreaterThan(0);
  const known = await column(INTERACTIONS, "item_known");
  expect(known.filter((cell) => cell === false)).toEqual([]);
  expect(known).toContain(true);
  expect(await column(INTERACTIONS, "is_automated")).not.toContain(true);
  expect((await column(USER_HISTORIES, "event_id")).length).toBeGreaterThan(0);
});

it("refining again changes nothing, and leaves no scratch", async () => {
  const before = await lake.snapshot(INTERACTIONS, {});
  await shore.runtime.fireCron("pipeline", "*/5 * * * *");
  expect((await lake.snapshot(INTERACTIONS, {}))?.id).toBe(before?.id);
  const left: string[] = [];
  for await (const { key } of listAll(store, "work/lake/")) left.push(key);
  expect(left).toEqual([]);
  await lake.commitAllPending({ nowMs: Date.now(), force: true });
  expect(new Set(await column(LINEAGE, "job"))).toContain("silver.interactions");
});
