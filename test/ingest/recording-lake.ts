import type { Sinks } from "../../src/ingest/index.ts";
import type { AnyTable } from "../../src/lake/index.ts";

/** The lake's appending side, which keeps the rows by table: what landing is held to is which rows go where. */
export function recordingLake() {
  const tables = new Map<string, object[]>();
  const lake: Sinks["lake"] = {
    append: async (table, rows) => {
      tables.set(table.name, [...(tables.get(table.name) ?? []), ...rows]);
      return [];
    },
  };
  return { lake, rows: (table: AnyTable) => tables.get(table.name) ?? [] };
}
