import { randomBytes } from "node:crypto";
import { ApiClient } from "../client/index.ts";
import { childPids, commandOf } from "../local/children.ts";
import { type LocalOptions, type LocalRuntime, startLocal } from "../local/runtime.ts";

export interface Site {
  runtime: LocalRuntime;
  /** Without a slash at its end. */
  url: string;
  publishableKey: string;
  /** With the secret key. */
  client: ApiClient;
  /** The root token: the lake's own jobs. */
  adminToken: string;
  /** What another runtime on the same state must be given to know the same keys. */
  identity: Identity;
  /** The process of all four Workers and their simulators. */
  workerdPid: number;
  /** The Workers' last lines, for when something goes wrong. */
  log: string[];
}

export interface Identity extends Keys {
  adminToken: string;
  signingSecret: string;
}

export interface Keys {
  publishableKey: string;
  secretKey: string;
}

export const TENANT = "bench";
/** Workers by their names in `wrangler.toml`. */
export const EDGE = "lakeshore";
export const SCORER = "lakeshore-scorer";
const LOG_LINES_MAX = 50;

type SiteOptions = Pick<LocalOptions, "queueTimeoutS" | "inspectorPort" | "entries" | "statePath">;

/** The four Workers, freshly started, with one empty tenant; in memory, unless a path for their state is given. */
export async function openSite(options: SiteOptions): Promise<Site> {
  const secrets = {
    adminToken: randomBytes(24).toString("hex"),
    signingSecret: randomBytes(24).toString("hex"),
  };
  const started = await start(options, secrets);
  try {
    const keys = await addTenant({ url: started.url, adminToken: secrets.adminToken }, TENANT);
    return siteOf(started, { ...secrets, ...keys });
  } catch (error) {
    await started.runtime.dispose();
    throw error;
  }
}

/** The four Workers, freshly started on a state that an earlier site has left: nothing has asked them anything yet. */
export async function reopenSite(
  identity: Identity,
  options: SiteOptions & { statePath: string },
): Promise<Site> {
  return siteOf(await start(options, identity), identity);
}

export async function addTenant(
  { url, adminToken }: Pick<Site, "url" | "adminToken">,
  tenant: string,
): Promise<Keys> {
  const body = { tenant, origins: [] };
  const keys = await new ApiClient(url, adminToken).request<{ publishable_key: string; secret_key: string }>(
    "/v1/admin/tenants",
    { method: "POST", body },
  );
  return { publishableKey: keys.publishable_key, secretKey: keys.secret_key };
}

type Started = Pick<Site, "runtime" | "url" | "log" | "workerdPid">;

async function start(
  options: SiteOptions,
  { adminToken, signingSecret }: Pick<Identity, "adminToken" | "signingSecret">,
): Promise<Started> {
  const log: string[] = [];
  const before = new Set(childPids());
  const runtime = await startLocal({
    ...options,
    secrets: { ADMIN_TOKEN: adminToken, SIGNING_SECRET: signingSecret },
    onLog: (line) => {
      log.push(line);
      if (log.length > LOG_LINES_MAX) log.shift();
    },
  });
  const own = childPids().filter((pid) => !before.has(pid) && commandOf(pid).includes("workerd"));
  const [workerdPid] = own;
  if (workerdPid === undefined || own.length > 1) {
    await runtime.dispose();
    throw new Error(`${own.length} processes of workerd were started where one was to be`);
  }
  return { runtime, url: runtime.url.href.replace(/\/$/, ""), log, workerdPid };
}

function siteOf(started: Started, identity: Identity): Site {
  const { publishableKey, secretKey, adminToken } = identity;
  const client = new ApiClient(started.url, secretKey);
  return { ...started, publishableKey, client, adminToken, identity };
}

/** Runs with a site and takes it down whatever happens; an error carries the Workers' last words. */
export async function withSite<T>(site: Site, run: (site: Site) => Promise<T>): Promise<T> {
  try {
    return await run(site);
  } catch (error) {
    const words = site.log.slice(-10).join("\n");
    if (error instanceof Error && words !== "") error.message += `\nThe Workers' last words:\n${words}`;
    throw error;
  } finally {
    await site.runtime.dispose();
  }
}
