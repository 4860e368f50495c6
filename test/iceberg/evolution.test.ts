import { describe, expect, it } from "vitest";
import { commitChange, dataFiles, type Field, planEvolution } from "../../src/iceberg/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { appendOf, committed, created, EXAMPLE, exampleFile, NOW_MS, warehouseOn } from "./example.ts";

const NEW: Field = { id: 6, name: "extra", type: "string", required: false };
const fields = EXAMPLE.fields;

function changed(name: string, change: Partial<Field>): Field[] {
  return fields.map((field) => (field.name === name ? { ...field, ...change } : field));
}

describe("planEvolution", () => {
  it("adds optional columns behind the ones that are there", () => {
    expect(planEvolution(fields, [NEW, ...fields])).toEqual({ ok: true, value: [...fields, NEW] });
    expect(planEvolution(fields, fields)).toEqual({ ok: true, value: fields });
  });

  it.each([
    ["renamed", "count", changed("count", { name: "counter" })],
    ["retyped", "value", changed("value", { type: "long" })],
    ["retyped", "count", changed("count", { type: "double" })],
    ["requiredness", "flag", changed("flag", { required: true })],
    ["requiredness", "tenant", changed("tenant", { required: false })],
    ["removed", "flag", fields.slice(0, 4)],
    ["new_required", "extra", [...fields, { ...NEW, required: true }]],
    ["id_reused", "extra", [...fields, { ...NEW, id: 4 }]],
    ["id_reused", "more", [...fields, NEW, { ...NEW, name: "more" }]],
    ["id_reused", "count", [...fields, { ...NEW, name: "count" }]],
  ] as const)("refuses what is %s, naming %s", (kind, column, wanted) => {
    const planned = planEvolution(fields, wanted);
    expect(planned.ok).toBe(false);
    if (planned.ok) return;
    expect(planned.error).toMatchObject({ kind, column });
    expect(planned.error.message).toContain(`column ${column} `);
  });
});

describe("an evolved table", () => {
  it("knows the new column, and still reads files written before", async () => {
    const warehouse = warehouseOn(memoryObjectStore());
    const old = exampleFile();
    let table = await committed(warehouse, await created(warehouse), appendOf([old]));
    const first = table.current;
    const fresh = exampleFile({ stats: { ...old.stats, 6: { min: "a", max: "b", nullCount: 1 } } });
    table = await committed(warehouse, table, { ...appendOf([fresh]), evolve: [...fields, NEW] });
    expect(table.fields).toEqual([...fields, NEW]);
    expect(table.metadata["last-column-id"]).toBe(6);
    expect([first?.schemaId, table.current?.schemaId]).toEqual([0, 1]);
    const files = await dataFiles(warehouse, table, table.current?.id ?? 0);
    expect(files.map(({ stats }) => stats[6] ?? null)).toEqual(
      expect.arrayContaining([null, { min: "a", max: "b", nullCount: 1 }]),
    );
    // A file that knows nothing of a column may not be left out by it; the reader finds null there.
    const asked = await dataFiles(warehouse, table, table.current?.id ?? 0, { ranges: { 6: { min: "x" } } });
    expect(asked.map(({ path }) => path)).toEqual([old.path]);
  });

  it("is not made by a change that is refused", async () => {
    const warehouse = warehouseOn(memoryObjectStore());
    const table = await created(warehouse);
    const attempt = commitChange(warehouse, table, { evolve: fields.slice(1) }, { nowMs: NOW_MS });
    await expect(attempt).rejects.toThrow("column tenant is not declared any more");
  });
});
