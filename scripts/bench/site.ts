import { randomBytes } from "node:crypto";
import { ApiClient } from "../client/index.ts";
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
  /** The Workers' last lines, for when something goes wrong. */
  log: string[];
}

export const TENANT = "bench";
const LOG_LINES_MAX = 50;

/** The four Workers, freshly started in memory, with one empty tenant. */
export async function openSite(
  options: Pick<LocalOptions, "queueTimeoutS" | "inspectorPort" | "entries">,
): Promise<Site> {
  const adminToken = randomBytes(24).toString("hex");
  const log: string[] = [];
  const runtime = await startLocal({
    ...options,
    secrets: { ADMIN_TOKEN: adminToken, SIGNING_SECRET: randomBytes(24).toString("hex") },
    onLog: (line) => {
      log.push(line);
      if (log.length > LOG_LINES_MAX) log.shift();
    },
  });
  const url = runtime.url.href.replace(/\/$/, "");
  try {
    const keys = await new ApiClient(url, adminToken).request<{
      publishable_key: string;
      secret_key: string;
    }>("/v1/admin/tenants", { method: "POST", body: { tenant: TENANT, origins: [] } });
    const client = new ApiClient(url, keys.secret_key);
    return { runtime, url, log, publishableKey: keys.publishable_key, client, adminToken };
  } catch (error) {
    await runtime.dispose();
    throw error;
  }
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
