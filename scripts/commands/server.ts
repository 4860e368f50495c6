import type { Command } from "commander";
import { parseKey } from "../../src/events/index.ts";
import { ApiClient } from "../client/index.ts";
import { Home } from "../start/home.ts";
import { PORT_DEFAULT } from "../start/options.ts";

export interface ServerOptions {
  url?: string;
  key?: string;
}

export interface Server {
  client: ApiClient;
  key: string;
  tenant: string;
}

/** Gives a command the options that say which server it talks to, and as whom. */
export function withServer(command: Command): Command {
  return command
    .option("--url <address>", "the server (default: the one that `start` runs here)")
    .option("--key <key>", "secret key (default: LAKESHORE_SECRET_KEY, else the local demo's)");
}

/** Throws one sentence when there is no key, or none of the right kind. */
export async function connect({ url: address, key: given }: ServerOptions): Promise<Server> {
  const demo = await Home.ofProject().readDemo();
  const url = address ?? demo?.url ?? `http://127.0.0.1:${PORT_DEFAULT}`;
  const key =
    given ??
    process.env.LAKESHORE_SECRET_KEY ??
    (url === demo?.url || isLocal(url) ? demo?.secretKey : undefined);
  if (key === undefined) {
    throw new Error(
      `No key for ${url}: give the tenant's secret key by --key or LAKESHORE_SECRET_KEY, or run \`lakeshore start\` here.`,
    );
  }
  return { client: new ApiClient(url, key), key, tenant: tenantOfSecret(key) };
}

/** Throws one sentence for anything but a secret key. */
export function tenantOfSecret(key: string): string {
  const parsed = parseKey(key);
  if (parsed === null) throw new Error("The key is malformed: a secret key reads sk_<tenant>_<random>.");
  if (parsed.kind !== "secret") throw new Error("This needs the secret key (sk_…), not the publishable one.");
  return parsed.tenant;
}

/** The demo's key goes to this machine only, whatever port. */
function isLocal(url: string): boolean {
  if (!URL.canParse(url)) throw new Error(`--url ${url} is no address: it reads https://recs.example.com`);
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}
