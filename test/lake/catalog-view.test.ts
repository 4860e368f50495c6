import { describe, expect, it } from "vitest";
import { commitChange, createTable, type IcebergTable, loadTable } from "../../src/iceberg/index.ts";
import { type CatalogView, callCatalog, EVENTS, INTERACTIONS, ITEM_CHANGES } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

const NOW_MS = Date.UTC(2026, 0, 31);

/** Three declared tables in two namespaces; only `bronze.events` exists, with two snapshots. */
async function view(): Promise<CatalogView & { table: IcebergTable }> {
  const warehouse = { store: memoryObjectStore(), uri: "s3://lakeshore-lake" };
  const fields = [{ id: 1, name: "tenant", type: "string", required: true } as const];
  const created = await createTable(
    warehouse,
    { prefix: EVENTS.path, fields, partition: [], sort: [1] },
    { nowMs: NOW_MS },
  );
  let table = created;
  for (const atMs of [NOW_MS + 1, NOW_MS + 2]) {
    const snapshot = { operation: "append", added: [], removed: [], summary: { at: String(atMs) } } as const;
    const committed = await commitChange(warehouse, table, { snapshot }, { nowMs: atMs });
    if (!committed.ok) throw new Error(committed.error);
    table = committed.value;
  }
  return {
    lake: { load: ({ path }) => loadTable(warehouse, path) },
    tables: [EVENTS, ITEM_CHANGES, INTERACTIONS],
    warehouseUri: warehouse.uri,
    config: { "s3.endpoint": "http://127.0.0.1:1" },
    table,
  };
}

function get(options: CatalogView, path: string, query: Record<string, string> = {}) {
  return callCatalog(options, { method: "GET", path: path.split("/").map(decodeURIComponent), query });
}

describe("the REST catalog's view", () => {
  it("tells clients where the objects are, and that it only reads", async () => {
    const { status, body } = await get(await view(), "config");
    expect(status).toBe(200);
    expect(body).toMatchObject({ defaults: {}, overrides: { "s3.endpoint": "http://127.0.0.1:1" } });
    const { endpoints } = body as { endpoints: string[] };
    expect(endpoints).toContain("GET /v1/{prefix}/namespaces/{namespace}/tables/{table}");
    expect(endpoints.filter((endpoint) => !/^(GET|HEAD) /.test(endpoint))).toEqual([]);
  });

  it("lists namespaces of one level, and the tables that exist", async () => {
    const options = await view();
    expect(await get(options, "namespaces")).toEqual({
      status: 200,
      body: { namespaces: [["bronze"], ["silver"]] },
    });
    expect((await get(options, "namespaces", { parent: "bronze" })).body).toEqual({ namespaces: [] });
    expect((await get(options, "namespaces", { parent: "absent" })).status).toBe(404);
    expect((await get(options, "namespaces/bronze")).body).toEqual({ namespace: ["bronze"], properties: {} });
    expect((await get(options, "namespaces/bronze/tables")).body).toEqual({
      identifiers: [{ namespace: ["bronze"], name: "events" }],
    });
    expect((await get(options, "namespaces/silver/tables")).body).toEqual({ identifiers: [] });
  });

  it("loads a table as it stands, whole or with what refs name", async () => {
    const options = await view();
    const { status, body } = await get(options, "namespaces/bronze/tables/events");
    expect(status).toBe(200);
    expect(body).toEqual({
      "metadata-location": "s3://lakeshore-lake/lake/bronze/events/metadata/v3.metadata.json",
      metadata: options.table.metadata,
      config: { "s3.endpoint": "http://127.0.0.1:1" },
    });
    const refs = await get(options, "namespaces/bronze/tables/events", { snapshots: "refs" });
    const { metadata } = refs.body as { metadata: { snapshots: { "snapshot-id": number }[] } };
    expect(metadata.snapshots.map((one) => one["snapshot-id"])).toEqual([options.table.current?.id]);
    expect(options.table.metadata.snapshots).toHaveLength(2);
  });

  it("answers HEAD with 204 or 404, and no body", async () => {
    const options = await view();
    const head = (path: string) => callCatalog(options, { method: "HEAD", path: path.split("/"), query: {} });
    expect(await head("namespaces/bronze/tables/events")).toEqual({ status: 204, body: null });
    expect(await head("namespaces/bronze/tables/absent")).toEqual({ status: 404, body: null });
    expect(await head("namespaces/bronze")).toEqual({ status: 204, body: null });
    expect(await head("namespaces/absent")).toEqual({ status: 404, body: null });
  });

  it("names what is absent in the specification's words", async () => {
    const options = await view();
    const typeOf = async (path: string) => {
      const { status, body } = await get(options, path);
      expect(status).toBe(404);
      const { error } = body as { error: { type: string; code: number; message: string } };
      expect(error.code).toBe(404);
      return error.type;
    };
    expect(await typeOf("namespaces/absent")).toBe("NoSuchNamespaceException");
    expect(await typeOf("namespaces/bronze%1Fdeeper")).toBe("NoSuchNamespaceException");
    expect(await typeOf("namespaces/absent/tables")).toBe("NoSuchNamespaceException");
    expect(await typeOf("namespaces/bronze/tables/item_changes")).toBe("NoSuchTableException");
    // What Spark asks first for `SELECT * FROM bronze.events.snapshots`.
    expect(await typeOf("namespaces/bronze%1Fevents/tables/snapshots")).toBe("NoSuchTableException");
    expect(await typeOf("namespaces/bronze/views")).toBe("NoSuchEndpointException");
    expect(await typeOf("transactions/commit")).toBe("NoSuchEndpointException");
  });
});
