import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { simulateShop, writeShop } from "../../scripts/simulate/index.ts";

it("writes the shop as JSON lines, one object a line", async () => {
  const out = await mkdtemp(path.join(tmpdir(), "lakeshore-"));
  try {
    const options = { seed: 3, nowMs: Date.UTC(2026, 0, 1), scale: "tiny" } as const;
    const counts = await writeShop({ ...options, out });
    const shop = simulateShop(options);
    for (const name of ["items", "users", "events"] as const) {
      const lines = (await readFile(path.join(out, `${name}.jsonl`), "utf8")).trimEnd().split("\n");
      expect(lines).toHaveLength(counts[name]);
      expect(lines.map((line) => JSON.parse(line))).toEqual(shop[name]);
    }
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});
