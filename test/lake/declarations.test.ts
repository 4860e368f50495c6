import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import type { ColumnType } from "../../src/events/index.ts";
import {
  type AnyColumn,
  type AnyTable,
  EVENTS,
  INTERACTIONS,
  openLake,
  TABLES,
} from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { randomEvent } from "./events.ts";
import { scanRows } from "./rows.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

/** Columns that files may have by now: `[id, name, type, required]`. Lines are added, never changed. */
const RELEASED = JSON.parse(
  readFileSync(new URL("../fixtures/released-columns.json", import.meta.url), "utf8"),
) as Record<string, [number, string, ColumnType, boolean][]>;

/** What a commit says when the table was made with `before` and is declared as `after`. */
async function refusal(table: AnyTable, before: readonly AnyColumn[], after: readonly AnyColumn[]) {
  const lake = openLake(memoryObjectStore());
  const change = { operation: "append", added: [], summary: {} } as const;
  const bare = { ...table, partition: [], sort: [] };
  await lake.commit({ ...bare, columns: before }, change, { nowMs: NOW_MS });
  return lake.commit({ ...bare, columns: after }, change, { nowMs: NOW_MS }).then(
    () => null,
    (cause: { kind: string; message: string }) => cause,
  );
}

describe("the declared tables", () => {
  for (const [name, columns] of Object.entries(RELEASED)) {
    it(`have ${name} as files know it, or grown`, async () => {
      const table = TABLES.find((candidate) => candidate.name === name);
      if (table === undefined) throw new Error(`${name} is not declared any more`);
      const before = columns.map(([id, column, type, required]) => ({ id, name: column, type, required }));
      expect(await refusal(table, before, table.columns)).toBeNull();
      const ids = table.columns.map(({ id }) => id);
      expect(before.filter(({ id }) => !ids.includes(id))).toEqual([]);
    });
  }

  for (const table of TABLES) {
    it(`give ${table.name} ids and names of its own, and sort and partition columns that it has`, () => {
      const names = table.columns.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(table.columns.map(({ id }) => id)).size).toBe(names.length);
      expect(names).toEqual(expect.arrayContaining([...table.sort]));
      expect(names).toEqual(expect.arrayContaining(table.partition.map(({ column }) => column)));
      expect(table.path).toBe(`lake/${table.name.replace(".", "/")}`);
    });
  }
});

describe("a declaration that is no growth is refused by the commit, naming the column", () => {
  const column = (id: number, change: Partial<AnyColumn>) => (one: AnyColumn) =>
    one.id === id ? { ...one, ...change } : one;
  const title = { id: 99, name: "title", type: "string", required: false } as const;
  const cases: Record<string, [after: readonly AnyColumn[], words: string]> = {
    renamed: [EVENTS.columns.map(column(7, { name: "product_id" })), "item_id"],
    narrowed: [EVENTS.columns.map(column(9, { type: "long" })), "value"],
    "made required": [EVENTS.columns.map(column(4, { required: true })), "user_id"],
    "made optional": [EVENTS.columns.map(column(2, { required: false })), "event_id"],
    "added as required": [[...EVENTS.columns, { ...title, required: true }], "title"],
  };
  for (const [what, [after, words]] of Object.entries(cases)) {
    it(`a column ${what}`, async () => {
      expect(await refusal(EVENTS, EVENTS.columns, after)).toMatchObject({
        name: "LakeError",
        kind: "incompatible",
        message: expect.stringMatching(new RegExp(`table bronze.events: column ${words} `)),
      });
    });
  }

  it("but an event may grow, in silver too, whose own columns have higher ids", async () => {
    const own = INTERACTIONS.columns.map(({ id }) => id);
    const id = Math.max(...EVENTS.columns.map((one) => one.id)) + 1;
    expect(Math.max(...own)).toBeGreaterThan(id);
    const grown = [...INTERACTIONS.columns, { ...title, id }];
    expect(await refusal(INTERACTIONS, INTERACTIONS.columns, grown)).toBeNull();
  });

  it("but an optional column may come, and who does not know it yet goes on", async () => {
    expect(await refusal(EVENTS, EVENTS.columns, [...EVENTS.columns, title])).toBeNull();
    expect(await refusal(EVENTS, [...EVENTS.columns, title], EVENTS.columns)).toBeNull();
  });
});

it("a table that has grown gives null for a column that a file is too old to have, and finds no row by it", async () => {
  const lake = openLake(memoryObjectStore());
  const older = { ...EVENTS, columns: EVENTS.columns.filter(({ name }) => name !== "country") };
  const event = { ...randomEvent(createPrng("older"), "a", NOW_MS), country: "DE" };
  const { country: _, ...without } = event;
  const names = async () => (await lake.load(EVENTS))?.fields.map(({ name }) => name);
  await lake.append(older, [event], { nowMs: NOW_MS });
  await lake.commitPending(older, { nowMs: NOW_MS });
  expect(await names()).not.toContain("country");
  expect(await scanRows(lake, EVENTS)).toEqual([without]);
  await lake.append(EVENTS, [event], { nowMs: NOW_MS });
  await lake.commitPending(EVENTS, { nowMs: NOW_MS, force: true });
  expect(await names()).toContain("country");
  expect(await scanRows(lake, EVENTS, { where: [{ column: "country", min: "A" }] })).toEqual([event]);
  expect(await scanRows(lake, EVENTS)).toHaveLength(2);
});
