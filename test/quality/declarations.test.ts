import { describe, expect, it } from "vitest";
import { TABLES } from "../../src/lake/index.ts";
import { DECLARED_CHECKS } from "../../src/quality/index.ts";
import { columnsOfCheck } from "../../src/quality/row-check.ts";
import { SKEW_EDGES_MS } from "../../src/quality/skew.ts";

/** Tables without checks, each with its reason. */
const UNCHECKED: Record<string, string> = {
  "ops.config_changes": "few rows, each written and read by one function",
  "ops.quarantine": "holds what failed",
  "ops.lineage": "what jobs say of themselves",
};

describe("the declared checks", () => {
  it("cover every table, or the reason is here", () => {
    const covered = new Set(DECLARED_CHECKS.map(({ table }) => table.name));
    const missing = TABLES.map(({ name }) => name).filter((name) => !covered.has(name));
    expect(missing.sort()).toEqual(Object.keys(UNCHECKED).sort());
  });

  it("have names of their own within a table, and limits that can be judged", () => {
    for (const { table, checks, rewritten } of DECLARED_CHECKS) {
      const names = checks.map(({ name }) => name);
      expect(new Set(names).size, table.name).toBe(names.length);
      const columns = new Set(table.columns.map(({ name }) => name));
      for (const check of checks) {
        const label = `${table.name}/${check.name}`;
        switch (check.kind) {
          case "unique":
            // Only a table whose partitions are read whole can tell that a key is there twice.
            expect(rewritten, label).toBe(true);
            break;
          case "clock_skew":
            expect(SKEW_EDGES_MS, label).toContain(check.maxAbsMs);
            break;
          case "fresh":
            expect(check.errorAfterMs, label).toBeGreaterThan(check.warnAfterMs);
            break;
          case "volume":
          case "null_rate":
            expect(check.rule.historyDaysMin, label).toBeGreaterThanOrEqual(14);
            expect(check.rule.trailingDays % 7, label).toBe(0);
            break;
          default:
            for (const column of columnsOfCheck(check)) expect(columns, label).toContain(column);
        }
      }
    }
  });
});
