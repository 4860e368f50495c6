import { describe, expect, it } from "vitest";
import {
  configResponse,
  errorResponse,
  loadTableResponse,
  metadataKey,
  namespaceResponse,
  namespacesResponse,
  tablesResponse,
} from "../../src/iceberg/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { appendOf, committed, created, exampleFile, warehouseOn } from "./example.ts";

describe("the REST catalog's view", () => {
  it("lists namespaces and tables as the specification's schemas have them", () => {
    expect(namespacesResponse(["bronze", "ops"])).toEqual({ namespaces: [["bronze"], ["ops"]] });
    expect(namespaceResponse("bronze")).toEqual({ namespace: ["bronze"], properties: {} });
    expect(tablesResponse("bronze", ["events"])).toEqual({
      identifiers: [{ namespace: ["bronze"], name: "events" }],
    });
  });

  it("offers nothing that writes", () => {
    const { defaults, overrides, endpoints } = configResponse({ overrides: { warehouse: "x" } });
    expect({ defaults, overrides }).toEqual({ defaults: {}, overrides: { warehouse: "x" } });
    expect(endpoints.every((endpoint) => /^(GET|HEAD) \/v1\//.test(endpoint))).toBe(true);
    expect(endpoints).toContain("GET /v1/{prefix}/namespaces/{namespace}/tables/{table}");
  });

  it("answers a table with the metadata that stands in the store, and an error by its name", async () => {
    const warehouse = warehouseOn(memoryObjectStore());
    const table = await committed(warehouse, await created(warehouse), appendOf([exampleFile()]));
    const key = metadataKey(table.prefix, table.version);
    const answer = loadTableResponse(table, { metadataLocation: `s3://example/${key}`, config: { a: "b" } });
    const stored = JSON.parse(new TextDecoder().decode((await warehouse.store.get(key))?.bytes));
    expect(answer).toEqual({
      "metadata-location": `s3://example/${key}`,
      metadata: stored,
      config: { a: "b" },
    });
    expect(errorResponse(404, "NoSuchTableException", "no table x")).toEqual({
      error: { message: "no table x", type: "NoSuchTableException", code: 404 },
    });
  });
});
