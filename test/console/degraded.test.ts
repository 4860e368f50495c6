import { expect, it } from "vitest";
import { degradedWords } from "../../src/console/degraded.ts";
import { DEGRADED_REASONS } from "../../src/serving/degraded.ts";

it("says in words why an answer was less than it could be, whatever the reason", () => {
  const words = DEGRADED_REASONS.map(degradedWords);
  expect(new Set(words).size).toBe(DEGRADED_REASONS.length);
  for (const [at, reason] of DEGRADED_REASONS.entries())
    expect(words[at]).not.toBe(reason.replaceAll("_", " "));
});
