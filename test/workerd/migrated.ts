/// <reference types="vite/client" />
import type { D1Database } from "@cloudflare/workers-types";

const FILES = {
  core: import.meta.glob<string>("../../migrations/core/*.sql", {
    query: "?raw",
    import: "default",
    eager: true,
  }),
  profiles: import.meta.glob<string>("../../migrations/profiles/*.sql", {
    query: "?raw",
    import: "default",
    eager: true,
  }),
};

/** Makes a database anew from its migrations: nothing of an earlier test is left. */
export async function migrated(database: D1Database, schema: keyof typeof FILES): Promise<D1Database> {
  const { results } = await database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
    )
    .all<{ name: string }>();
  const files = Object.entries(FILES[schema]).sort(([a], [b]) => (a < b ? -1 : 1));
  const sql = files.map(([, text]) => text.replaceAll(/^--.*$/gm, "")).join("\n");
  const statements = sql.split(";").filter((statement) => statement.trim() !== "");
  await database.batch(
    [...results.map(({ name }) => `DROP TABLE ${name}`), ...statements].map((statement) =>
      database.prepare(statement),
    ),
  );
  return database;
}
