import { existsSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import type { ObjectStore } from "../../src/base/index.ts";
import { Home } from "../start/home.ts";
import { liveRun } from "../start/run-lock.ts";
import { serverStore } from "./server-store.ts";

export interface LakeOptions {
  url?: string;
  state?: string;
}

/** An object store that holds a lake, and how to let go of it. */
export interface OpenedStore {
  store: ObjectStore;
  /** For the reader: a server's address or a folder. */
  from: string;
  /** The server behind it with its root token, where there is one: jobs are its own to do. */
  server: { url: string; adminToken: string } | null;
  close(): Promise<void>;
}

/** Gives a command the options that say whose lake it reads. */
export function withLake(command: Command): Command {
  return command
    .option("--url <address>", "a deployed Lakeshore, whose ADMIN_TOKEN stands in LAKESHORE_ADMIN_TOKEN")
    .option("--state <folder>", "the folder of a local one (default: .lakeshore of the project)");
}

/**
 * The lake of a deployment, of the local Lakeshore that runs now, or of one that is stopped. Reading goes through the server
 * where one runs: two processes on one state would corrupt it.
 */
export async function openLakeStore({ url, state }: LakeOptions): Promise<OpenedStore> {
  if (url !== undefined) return ofServer(url, deployedToken(url));
  const home = state === undefined ? Home.ofProject() : new Home(path.resolve(state));
  const run = liveRun(home.runPath);
  if (run !== null) return ofServer(run.url, (await home.secrets()).ADMIN_TOKEN);
  if (!existsSync(home.statePath)) {
    throw new Error(
      `${home.folder} holds no lake yet: \`lakeshore start\` makes one, or name another by --state or --url.`,
    );
  }
  // Loaded only here: the runtime takes a second, which reading from a server does not need.
  const { openStoppedStore } = await import("./stopped-store.ts");
  const { store, close } = await openStoppedStore(home.statePath);
  return { store, from: home.folder, server: null, close };
}

/** Runs with an opened lake and closes it whatever happens. */
export async function withLakeStore<T>(
  options: LakeOptions,
  run: (opened: OpenedStore) => Promise<T>,
): Promise<T> {
  const opened = await openLakeStore(options);
  try {
    return await run(opened);
  } finally {
    await opened.close();
  }
}

function ofServer(url: string, adminToken: string): OpenedStore {
  const server = { url: url.replace(/\/+$/, ""), adminToken };
  return { store: serverStore(server), from: server.url, server, close: async () => {} };
}

/** By the environment only: what stands on a command line is seen by everybody on the machine. */
export function deployedToken(url: string): string {
  if (!URL.canParse(url)) throw new Error(`--url ${url} is no address: it reads https://recs.example.com`);
  const token = process.env.LAKESHORE_ADMIN_TOKEN;
  if (token === undefined || token === "") {
    throw new Error(`No token for ${url}: set LAKESHORE_ADMIN_TOKEN to the deployment's ADMIN_TOKEN.`);
  }
  return token;
}
