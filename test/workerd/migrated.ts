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

/**
 * Makes a database anew from its migrations: nothing of an earlier test is left. `until` names the first migration to be left out;
 * with `from`, that one and those after it are applied to what is there.
 */
export async function migrated(
  database: D1Database,
  schema: keyof typeof FILES,
  until?: string,
  { from = false }: { from?: boolean } = {},
): Promise<D1Database> {
  const { results } = await database
    .prepare(
      "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY type DESC",
    )
    .all<{ type: string; name: string }>();
  const files = Object.entries(FILES[schema])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([path]) => {
      const name = path.slice(path.lastIndexOf("/") + 1);
      return until === undefined || name >= until === from;
    });
  const sql = files.map(([, text]) => text.replaceAll(/^--.*$/gm, "")).join("\n");
  const statements = sql.split(";").filter((statement) => statement.trim() !== "");
  const dropped = from ? [] : results.map(({ type, name }) => `DROP ${type} ${name}`);
  await database.batch([...dropped, ...statements].map((statement) => database.prepare(statement)));
  return database;
}
