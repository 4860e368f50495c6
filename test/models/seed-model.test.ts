import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../scripts/local/workers.ts";
import { buildSeedModel } from "../../scripts/models/seed-model.ts";

async function filesOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const contents = files.map(
    async (file): Promise<[string, string]> => [
      path.relative(folder, file),
      (await readFile(file)).toString("base64"),
    ],
  );
  return new Map((await Promise.all(contents)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

it("makes the committed seed model again, byte for byte", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "lakeshore-models-"));
  try {
    expect((await buildSeedModel(folder)).status).toBe("published");
    const [made, committed] = await Promise.all([filesOf(folder), filesOf(path.join(ROOT, "models"))]);
    expect([...made.keys()]).toEqual([...committed.keys()]);
    for (const [file, bytes] of committed) expect(made.get(file) === bytes, file).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});
