import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "../local/workers.ts";

export const DEMO_TENANT = "demo";

export interface Secrets {
  ADMIN_TOKEN: string;
  SIGNING_SECRET: string;
}

/** What a start remembers of the demo tenant; without `seeded` the seeding was cut short. */
export interface DemoState {
  /** Names the data set and seed that the state was made from. */
  source: string;
  /** The demo page's heading. */
  title: string;
  url: string;
  publishableKey: string;
  secretKey: string;
  shoppers: { userId: string; label: string }[];
  seeded: boolean;
  /** Of the stores' contents, as it was written: `STATE_FORMAT`, or absent in the first, whose lake had no tables. */
  format?: number;
}

/** What this version can go on from. */
export const STATE_FORMAT = 2;

/** The folder of one local Lakeshore: `.lakeshore` of the project, or a temporary one for a single run. */
export class Home {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  static ofProject(): Home {
    return new Home(path.join(ROOT, ".lakeshore"));
  }

  static async temporary(): Promise<Home> {
    return new Home(await mkdtemp(path.join(tmpdir(), "lakeshore-")));
  }

  /** Buckets, databases and queues, as Miniflare keeps them. */
  get statePath(): string {
    return path.join(this.folder, "state");
  }

  get assetsPath(): string {
    return path.join(this.folder, "assets");
  }

  /** What the Workers log. */
  get logPath(): string {
    return path.join(this.folder, "workers.log");
  }

  get runPath(): string {
    return path.join(this.folder, "run.json");
  }

  /** Made once and kept: a signing secret that changed would void every token given out. */
  async secrets(): Promise<Secrets> {
    const file = path.join(this.folder, "secrets.json");
    const known = await readJson<Secrets>(file);
    if (known !== null) return known;
    const secrets = {
      ADMIN_TOKEN: randomBytes(32).toString("hex"),
      SIGNING_SECRET: randomBytes(32).toString("hex"),
    };
    await this.#write(file, secrets);
    return secrets;
  }

  async readDemo(): Promise<DemoState | null> {
    return existsSync(this.statePath) ? readJson<DemoState>(this.#demoPath) : null;
  }

  writeDemo(demo: DemoState): Promise<void> {
    return this.#write(this.#demoPath, { ...demo, format: STATE_FORMAT });
  }

  /** Begins anew; the secrets stay. */
  async wipe(): Promise<void> {
    await rm(this.#demoPath, { force: true });
    await rm(this.statePath, { recursive: true, force: true });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  get #demoPath(): string {
    return path.join(this.folder, "demo.json");
  }

  /** For the owner's eyes only, and whole or not at all. */
  async #write(file: string, value: unknown): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
}

async function readJson<T>(file: string): Promise<T | null> {
  return existsSync(file) ? (JSON.parse(await readFile(file, "utf8")) as T) : null;
}
