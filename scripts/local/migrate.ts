import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { unstable_splitSqlQuery } from "wrangler";

/**
 * Applies the migrations of a folder that have not run yet, in name order, in the table that `wrangler d1 migrations`
 * keeps: a local database and a deployed one are migrated by the same files and the same book.
 */
export async function applyMigrations(database: D1Database, folder: string): Promise<string[]> {
  await database
    .prepare(
      "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
    )
    .run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const done = new Set(results.map((row) => row.name));
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql") && !done.has(name)).sort();
  for (const name of files) {
    const sql = await readFile(path.join(folder, name), "utf8");
    const statements = unstable_splitSqlQuery(sql).filter((statement) => statement.trim() !== "");
    // One batch: a migration is applied whole, with its entry in the book, or not at all.
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
  return files;
}
