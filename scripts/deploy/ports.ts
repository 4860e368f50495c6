import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { buildAssets } from "../local/assets.ts";
import { ROOT } from "../local/workers.ts";
import { runWrangler, type Wrangler } from "./wrangler.ts";

/** Everything that deploying touches outside this process. */
export interface Ports {
  wrangler: Wrangler;
  say(line: string): void;
  /** Null without a terminal: then only flags decide. */
  ask(question: string): Promise<string | null>;
  readConfig(file: string): string;
  writeConfig(file: string, text: string): void;
  buildAssets(): Promise<void>;
  /** What an earlier deploy left for the operator; null for none. */
  readDeployed(): Deployed | null;
  writeDeployed(deployed: Deployed | null): void;
  random(bytes: number): Uint8Array;
  fetch: typeof fetch;
  /** A fresh file for wrangler to write its machine-readable output to, and what it wrote. */
  outputFile(): Promise<{ path: string; read(): Promise<string> }>;
}

/** Kept in `.lakeshore/deployed.json`, readable by the operator only and never committed. */
export interface Deployed {
  adminToken: string;
  url?: string;
}

const DEPLOYED_FILE = path.join(ROOT, ".lakeshore/deployed.json");

export function systemPorts(): Ports {
  return {
    wrangler: runWrangler,
    say: (line) => console.error(line),
    ask,
    readConfig: (file) => readFileSync(path.join(ROOT, file), "utf8"),
    writeConfig: (file, text) => writeFileSync(path.join(ROOT, file), text),
    buildAssets,
    readDeployed: () =>
      existsSync(DEPLOYED_FILE) ? (JSON.parse(readFileSync(DEPLOYED_FILE, "utf8")) as Deployed) : null,
    writeDeployed: (deployed) => {
      if (deployed === null) return rmSync(DEPLOYED_FILE, { force: true });
      mkdirSync(path.dirname(DEPLOYED_FILE), { recursive: true });
      writeFileSync(DEPLOYED_FILE, `${JSON.stringify(deployed, null, 2)}\n`, { mode: 0o600 });
    },
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    fetch: globalThis.fetch,
    outputFile: async () => {
      const folder = await mkdtemp(path.join(tmpdir(), "lakeshore-deploy-"));
      const file = path.join(folder, "output.ndjson");
      return {
        path: file,
        read: async () => {
          const text = await readFile(file, "utf8").catch(() => "");
          await rm(folder, { recursive: true, force: true });
          return text;
        },
      };
    },
  };
}

async function ask(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(`${question} `)).trim();
  } finally {
    lines.close();
  }
}
