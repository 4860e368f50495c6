import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ROOT } from "../local/workers.ts";
import { capture } from "./process.ts";

/** The readers, and the pins of what they are made of. */
export const READERS_FOLDER = path.join(ROOT, "test/interop");
/** Kept between runs, out of git: Spark alone is 300 MB. */
export const CACHE_FOLDER = path.join(ROOT, ".lakeshore/interop");

/** PyIceberg 0.12 asks for it. */
const PYTHON_MIN = [3, 10] as const;

/** A virtual environment of our own: nothing is installed into the machine's Python. Rejects with the reason. */
export async function makeEnvironment(): Promise<string> {
  const folder = path.join(CACHE_FOLDER, "venv");
  const python = path.join(folder, "bin/python");
  if (existsSync(python) && (await capture(python, ["-m", "pip", "--version"])).code === 0) return python;
  const version = await capture("python3", ["-c", "import sys; print(*sys.version_info[:2])"]);
  const [major = 0, minor = 0] = version.output.trim().split(" ").map(Number);
  if (version.code !== 0 || major !== PYTHON_MIN[0] || minor < PYTHON_MIN[1]) {
    throw new Error(
      `python3 ${PYTHON_MIN.join(".")} or newer is needed, and this machine has ${version.output.trim() || "none"}`,
    );
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(CACHE_FOLDER, { recursive: true });
  const made = await capture("python3", ["-m", "venv", folder]);
  if (made.code !== 0) throw new Error(`python3 -m venv failed: ${lastLine(made.output)}`);
  return python;
}

/** Installs `requirements-<name>.txt`, unless that was done before. Rejects with the reason. */
export async function installRequirements(python: string, name: string): Promise<void> {
  const file = path.join(READERS_FOLDER, `requirements-${name}.txt`);
  const hash = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  const stamp = path.join(path.dirname(path.dirname(python)), `installed-${name}-${hash.slice(0, 16)}`);
  if (existsSync(stamp)) return;
  const installed = await capture(python, ["-m", "pip", "install", "--quiet", "--requirement", file]);
  if (installed.code !== 0) throw new Error(`pip install failed: ${lastLine(installed.output)}`);
  await writeFile(stamp, "");
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "";
}
