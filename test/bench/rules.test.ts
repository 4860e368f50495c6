import { expect, it } from "vitest";
import { benchRules, printRules } from "../../scripts/bench/rules.ts";
import { Progress } from "../../scripts/progress.ts";

it("measures expressions and the bias, tiny", async () => {
  const report = await benchRules({ items: 500, seed: 1 }, new Progress({ quiet: true }));
  expect(report).toMatchObject({ items: 500, expressions: 50 });
  for (const { p50Ms, p95Ms, p99Ms } of [report.unseen, report.seen, report.bias]) {
    expect(p50Ms).toBeGreaterThanOrEqual(0);
    expect(p95Ms).toBeGreaterThanOrEqual(p50Ms);
    expect(p99Ms).toBeGreaterThanOrEqual(p95Ms);
  }
  expect(printRules(report)).toMatch(/50 unseen expressions .*p50/);
});
