import { env } from "cloudflare:workers";
import type { D1Database } from "@cloudflare/workers-types";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import { ITEM_COUNTERS } from "../../src/features/declarations.ts";
import { coreSchema, profilesSchema } from "../../src/features/schema.ts";
import { migrated } from "./migrated.ts";

interface ColumnShape {
  name: string;
  type: string;
  required: boolean;
  default: string | null;
  /** Place in the primary key, 0 when outside. */
  key: number;
}

function declared(table: SQLiteTable): { columns: ColumnShape[]; indexes: string[] } {
  const { columns, primaryKeys, indexes } = getTableConfig(table);
  const key = primaryKeys[0]?.columns.map((column) => column.name) ?? [];
  return {
    columns: columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      required: column.notNull,
      default: column.default === undefined ? null : literal(column.default),
      key: column.primary ? 1 : key.indexOf(column.name) + 1,
    })),
    indexes: indexes.map(({ config }) => config.name).sort(),
  };
}

function literal(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : String(value);
}

async function actual(database: D1Database, table: string) {
  const info = await database
    .prepare(`PRAGMA table_info(${table})`)
    .all<{ name: string; type: string; notnull: number; dflt_value: string | null; pk: number }>();
  const indexes = await database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY 1",
    )
    .bind(table)
    .all<{ name: string }>();
  return {
    columns: info.results.map((column) => ({
      name: column.name,
      type: column.type,
      required: column.notnull === 1,
      default: column.dflt_value,
      key: column.pk,
    })),
    indexes: indexes.results.map(({ name }) => name),
  };
}

const DATABASES = [
  { name: "core", database: env.DB, schema: coreSchema },
  { name: "profiles", database: env.PROFILES_0, schema: profilesSchema },
] as const;

describe.each(DATABASES)("the migrations of $name", ({ name, database, schema }) => {
  const tables = Object.values(schema) as SQLiteTable[];

  it("make the tables that the schema declares, and no others", async () => {
    await migrated(database, name);
    const { results } = await database
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf*' AND name NOT GLOB 'sqlite*' ORDER BY 1",
      )
      .all<{ name: string }>();
    expect(results.map((row) => row.name)).toEqual(tables.map((table) => getTableConfig(table).name).sort());
  });

  it.each(tables.map((table) => [getTableConfig(table).name, table] as const))(
    "give %s its columns, keys and indexes",
    async (table, declaration) => {
      expect(await actual(database, table)).toEqual(declared(declaration));
    },
  );

  it("keep no second index beside a text key", async () => {
    const { results } = await database
      .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND wr = 0")
      .all<{ name: string }>();
    const withRowId = results.map((row) => row.name).filter((table) => !/^(_cf|sqlite_)/.test(table));
    expect(withRowId).toEqual([]);
  });
});

describe("the views", () => {
  it.each(["item_hourly", "item_daily", "category_hourly", "category_daily"])(
    "show the item counters as columns of %s",
    async (view) => {
      await migrated(env.PROFILES_0, "profiles");
      const { columns } = await actual(env.PROFILES_0, view);
      expect(columns.slice(3).map(({ name }) => name)).toEqual(ITEM_COUNTERS.map((counter) => counter.name));
    },
  );

  it("have the names and columns of the tables before them", async () => {
    const columnsOf = async (view: string) =>
      (await actual(env.PROFILES_0, view)).columns.map(({ name }) => name);
    expect(await columnsOf("event_ledger")).toEqual(["tenant", "event_id", "applied_at", "received_hour"]);
    expect(await columnsOf("intake_counts")).toEqual(["hour", "tenant", "producer", "before", "events"]);
    expect((await columnsOf("profiles")).slice(0, 4)).toEqual(["tenant", "subject", "history", "updated_at"]);
    expect(await columnsOf("session_activity")).toEqual(["tenant", "actor", "day", "version", "activity"]);
  });
});
