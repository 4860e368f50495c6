import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../scripts/local/runtime.ts";

function bench(...options: string[]): Record<string, number | string> {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, "scripts/cli.ts"), "bench", "catalogue", "--json", "--tiny", ...options],
    { cwd: ROOT, encoding: "utf8" },
  );
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout.trim()) as Record<string, number | string>;
}

for (const [option, form] of [
  ["--quantised", "large"],
  ["--index", "indexed"],
] as const) {
  it(`measures a catalogue with ${option}: answers, memory, what is lost`, () => {
    const report = bench(option);
    expect(report).toMatchObject({ items: 3_000, dims: 64, form });
    for (const name of ["p50Ms", "emptyP50Ms", "modelMb"]) expect(report[name], name).toBeGreaterThan(0);
    // The runtime alone is more; a sampler that saw nothing would tell less.
    expect(report.memoryMb).toBeGreaterThan(15);
    expect(report["recall@100"]).toBeGreaterThan(0.95);
    expect(Math.abs(report.ndcgLoss as number)).toBeLessThan(0.01);
  });
}
