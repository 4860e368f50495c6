import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Check, READERS, type Reader, runReader } from "../../scripts/interop/readers.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lakeshore-readers-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const reader: Reader = { name: "Reader", script: "read.py", prepare: async () => [] };

/** A Python that prints these lines, whatever it is asked to run. */
async function checksOf(lines: string[], code: number): Promise<Check[]> {
  const python = path.join(folder, "python");
  writeFileSync(python, `#!/bin/sh\n${lines.map((line) => `echo '${line}'`).join("\n")}\nexit ${code}\n`);
  chmodSync(python, 0o755);
  const checks: Check[] = [];
  await runReader(reader, { python, args: [], onCheck: (check) => checks.push(check) });
  return checks;
}

it("takes a reader's checks, and a reader that breaks off for failed", async () => {
  const passed = '{"name": "Reader: a", "status": "passed", "detail": "3 rows"}';
  const failed = '{"name": "Reader: b", "status": "failed", "detail": "2 rows"}';
  const statuses = async (lines: string[], code: number) =>
    (await checksOf(lines, code)).map(({ status }) => status);
  expect(await statuses(["a warning", passed], 0)).toEqual(["passed"]);
  expect(await statuses([passed, failed], 1)).toEqual(["passed", "failed"]);
  expect(await statuses([passed], 1)).toEqual(["passed", "failed"]);
  expect(await statuses([passed], 137)).toEqual(["passed", "failed"]);
  expect(await statuses([], 0)).toEqual(["failed"]);
  expect((await checksOf(["Traceback"], 1))[0]?.detail).toContain("Traceback");
});

it("says why Spark cannot be had without a Java", async () => {
  vi.stubEnv("JAVA_HOME", folder);
  const spark = READERS.find(({ name }) => name === "Spark");
  await expect(spark?.prepare("python3")).rejects.toThrow(
    "Java 17 to 21 is needed, and this machine has none",
  );
});
