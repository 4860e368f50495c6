import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { capture } from "./process.ts";
import { CACHE_FOLDER, READERS_FOLDER } from "./python.ts";

const GROUP = "org.apache.iceberg";
const VERSION = "1.12.0";

/** Iceberg's runtime for Spark 3.5, and what its S3 access needs; the hashes are those that were tried. */
const JARS = [
  {
    artifact: "iceberg-spark-runtime-3.5_2.12",
    sha256: "8dd8c90e54ed1a20f2461309d047a255ee56382eb7c0a46162b27a4936fd86dc",
  },
  {
    artifact: "iceberg-aws-bundle",
    sha256: "dd7e49ffa4ac9b215bed846581991259e3aec9bb2fa08d6cec029c46cd66d957",
  },
];

/** The jars' paths; Spark's own resolver fetches them once. Rejects with the reason. */
export async function fetchJars(python: string): Promise<string[]> {
  const folder = path.join(CACHE_FOLDER, "ivy");
  const files = JARS.map(({ artifact }) => path.join(folder, "jars", `${GROUP}_${artifact}-${VERSION}.jar`));
  if (files.some((file) => !existsSync(file))) {
    const coordinates = JARS.map(({ artifact }) => `${GROUP}:${artifact}:${VERSION}`).join(",");
    const args = [path.join(READERS_FOLDER, "fetch_jars.py"), folder, coordinates];
    const { code, output } = await capture(python, args);
    if (code !== 0) throw new Error(`Spark could not fetch ${coordinates}: ${output.trim().slice(-500)}`);
  }
  for (const [index, { artifact, sha256 }] of JARS.entries()) {
    const file = files[index] as string;
    const hash = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
    if (hash === sha256) continue;
    await rm(folder, { recursive: true, force: true });
    throw new Error(`${artifact} ${VERSION} has another hash than the one that is pinned`);
  }
  return files;
}
