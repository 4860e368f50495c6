import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { CACHE_FOLDER } from "./python.ts";

const MAVEN = process.env.LAKESHORE_MAVEN ?? "https://repo1.maven.org/maven2";
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

/** The jars' paths, fetched once; rejects with the reason. */
export async function fetchJars(): Promise<string[]> {
  const folder = path.join(CACHE_FOLDER, "jars");
  await mkdir(folder, { recursive: true });
  return Promise.all(JARS.map((jar) => fetchJar(folder, jar)));
}

async function fetchJar(folder: string, { artifact, sha256 }: (typeof JARS)[number]): Promise<string> {
  const name = `${artifact}-${VERSION}.jar`;
  const file = path.join(folder, name);
  if (existsSync(file) && hashOf(await readFile(file)) === sha256) return file;
  const url = `${MAVEN}/org/apache/iceberg/${artifact}/${VERSION}/${name}`;
  const response = await fetch(url).catch((error: Error) => {
    throw new Error(`${url} cannot be reached (${error.message})`);
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (hashOf(bytes) !== sha256) throw new Error(`${name} has another hash than the one that is pinned`);
  await writeFile(`${file}.new`, bytes);
  await rename(`${file}.new`, file);
  return file;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
