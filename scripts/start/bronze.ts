import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { LocalRuntime } from "../local/runtime.ts";

const EVENTS_PREFIX = "lake/bronze/events/data/";

/** The distinct event ids of the lake's bronze events, read by DuckDB: a reader that shares no code with our writer. */
export async function readBronzeIds(runtime: LocalRuntime): Promise<Set<string>> {
  const folder = await mkdtemp(path.join(tmpdir(), "lakeshore-bronze-"));
  try {
    const files = await download(runtime, folder);
    if (files === 0) return new Set();
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const reader = await connection.runAndReadAll(
      `SELECT DISTINCT event_id FROM read_parquet('${folder.replaceAll("'", "''")}/*.parquet')`,
    );
    const ids = new Set(reader.getRows().map(([id]) => String(id)));
    connection.closeSync();
    return ids;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function download(runtime: LocalRuntime, folder: string): Promise<number> {
  const lake = await runtime.lake();
  await mkdir(folder, { recursive: true });
  let files = 0;
  let cursor: string | undefined;
  do {
    const page = await lake.list({ prefix: EVENTS_PREFIX, ...(cursor === undefined ? {} : { cursor }) });
    for (const { key } of page.objects.filter((object) => object.key.endsWith(".parquet"))) {
      const object = await lake.get(key);
      if (object === null) continue;
      await writeFile(path.join(folder, `${files++}.parquet`), new Uint8Array(await object.arrayBuffer()));
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return files;
}
