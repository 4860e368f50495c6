import * as z from "zod";
import type { LakeTable, TableSnapshot } from "../../src/ops/index.ts";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";

const common = { tag: "lake", access: "secret", method: "get" } as const;

const tableSchema = z.object({
  name: z.string(),
  layer: z.string().describe("`bronze`, `silver`, `gold` or `ops`."),
  about: z.string().describe("What it is for."),
  made_from: z.array(z.string()).describe("The tables that its rows are made from."),
  columns: z.number(),
  rows: z.number().describe("Of your own: in the files that hold no other tenant's rows."),
  files: z.number().describe("That those rows are in."),
  bytes: z.number().describe("That those files take."),
  shared_files: z
    .number()
    .describe("Files with rows of yours and of others, of which nothing is counted. 0: `rows` are all."),
  snapshot: z.object({ id: z.number(), at: z.number() }).nullable().describe("The current state."),
  written_at: z
    .number()
    .nullable()
    .describe("When the intake or a job last wrote to it; that small files were merged does not count."),
});

const snapshotSchema = z.object({
  id: z.number(),
  at: z.number(),
  operation: z
    .string()
    .describe("`append`, `overwrite`, `delete`, or `replace`: files were merged, and the rows stayed."),
  counts: z
    .object({
      added_rows: z.number(),
      deleted_rows: z.number(),
      added_files: z.number(),
      deleted_files: z.number(),
      rows: z.number().describe("In the table afterwards."),
    })
    .nullable()
    .describe("Null where other tenants write the same table: the counts are of all of them."),
});

/** A tenant's own look at the lake, out of metadata: what there is, how much of it, and how it came about. */
export const dataRoutes: Endpoint[] = [
  endpoint({
    ...common,
    path: "/v1/admin/lake/tables",
    summary:
      "Every table of the lake: what it is for, how much of it is yours, and when it was last written.",
    answer: z.object({ tables: z.array(tableSchema) }),
    async handle({ tenant, env }) {
      return { tables: (await pipeline(env).lakeTables(tenant)).map(tableBody) };
    },
  }),
  endpoint({
    ...common,
    path: "/v1/admin/lake/tables/{name}/snapshots",
    summary: "A table's newest 50 snapshots, newest first, each with what it added and took away.",
    answer: z.object({
      kept: z.number().describe("How many can be gone back to."),
      snapshots: z.array(snapshotSchema),
    }),
    async handle({ tenant, env, param }) {
      const name = param("name");
      const found = await pipeline(env).tableSnapshots(tenant, name);
      if (found === null) throw new ApiError("not_found", `there is no table "${name}"`, { field: "name" });
      return { kept: found.kept, snapshots: found.snapshots.map(snapshotBody) };
    },
  }),
];

function tableBody({ madeFrom, sharedFiles, snapshot, writtenAtMs, ...table }: LakeTable) {
  return {
    ...table,
    made_from: [...madeFrom],
    shared_files: sharedFiles,
    snapshot: snapshot === null ? null : { id: snapshot.id, at: snapshot.atMs },
    written_at: writtenAtMs,
  };
}

function snapshotBody({ id, atMs, operation, counts }: TableSnapshot): z.infer<typeof snapshotSchema> {
  if (counts === null) return { id, at: atMs, operation, counts };
  const { addedRows, deletedRows, addedFiles, deletedFiles, rows } = counts;
  return {
    ...{ id, at: atMs, operation },
    counts: {
      ...{ added_rows: addedRows, deleted_rows: deletedRows },
      ...{ added_files: addedFiles, deleted_files: deletedFiles, rows },
    },
  };
}
