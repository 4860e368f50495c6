import path from "node:path";
import { fetchJars } from "./jars.ts";
import { capture } from "./process.ts";
import { installRequirements, READERS_FOLDER } from "./python.ts";

export interface Check {
  name: string;
  status: "passed" | "failed" | "skipped";
  detail: string;
  seconds?: number;
}

/** A program that reads the lake: what it needs, and how it is run. */
export interface Reader {
  name: string;
  /** Rejects with the reason why it cannot be had on this machine; else resolves to what follows the folder as arguments. */
  prepare(python: string): Promise<string[]>;
  script: string;
}

/** Those that Spark 3.5 runs on; the newest Iceberg needs 17. */
const JAVA_MIN = 17;
const JAVA_MAX = 21;

export const READERS: Reader[] = [
  {
    name: "PyIceberg",
    script: "read_pyiceberg.py",
    async prepare(python) {
      await installRequirements(python, "pyiceberg");
      return [];
    },
  },
  {
    name: "DuckDB",
    script: "read_duckdb.py",
    async prepare(python) {
      await installRequirements(python, "duckdb");
      return [];
    },
  },
  {
    name: "Spark",
    script: "read_spark.py",
    async prepare(python) {
      await checkJava();
      await installRequirements(python, "spark");
      return [(await fetchJars(python)).join(",")];
    },
  },
];

/** Runs a prepared reader over a folder of expectations; a reader that ends without a word has failed. */
export async function runReader(
  { name, script }: Reader,
  { python, args, onCheck }: { python: string; args: string[]; onCheck: (check: Check) => void },
): Promise<void> {
  const told = { passed: 0, failed: 0, skipped: 0 };
  const onLine = (line: string) => {
    if (!line.startsWith("{")) return;
    const check = JSON.parse(line) as Check;
    told[check.status]++;
    onCheck(check);
  };
  const { code, output } = await capture(python, [path.join(READERS_FOLDER, script), ...args], {
    onLine,
    env: { PYTHONDONTWRITEBYTECODE: "1", SPARK_LOCAL_IP: "127.0.0.1" },
  });
  // Python ends with 1 on an error of its own too: only with a failed check is it the reader's word.
  if (code === 0 ? told.passed > 0 : code === 1 && told.failed > 0) return;
  onCheck({ name, status: "failed", detail: `ended with ${code}: ${output.trim().slice(-2_000)}` });
}

async function checkJava(): Promise<void> {
  const java = process.env.JAVA_HOME === undefined ? "java" : path.join(process.env.JAVA_HOME, "bin/java");
  const { code, output } = await capture(java, ["-version"]);
  const version = Number(/version "(\d+)/.exec(output)?.[1] ?? Number.NaN);
  if (code === 0 && version >= JAVA_MIN && version <= JAVA_MAX) return;
  const found = code === 0 ? `Java ${version}` : "none";
  throw new Error(`Java ${JAVA_MIN} to ${JAVA_MAX} is needed, and this machine has ${found}`);
}
