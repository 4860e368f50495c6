import { existsSync } from "node:fs";
import path from "node:path";
import { type ObjectStore, r2ObjectStore } from "../../src/base/index.ts";
import { ApiClient } from "../client/index.ts";
import { tenantOfSecret } from "../commands/server.ts";
import type { LakeServer } from "../lake/server-store.ts";
import type { Progress } from "../progress.ts";
import { Home } from "../start/home.ts";
import { openShore } from "../start/shore.ts";
import { openDeployed } from "./deployed.ts";

export interface SiteOptions {
  url?: string;
  key?: string;
  /** Folder of a local site other than the project's. */
  state?: string;
}

/** A site that a run on Node reads and writes. */
export interface Site {
  tenant: string;
  /** With the tenant's secret key. */
  client: ApiClient;
  /** With the deployment's own token. */
  root: LakeServer;
  store: ObjectStore;
  /** Where runs keep what they need to go on. */
  folder: string;
  close(): Promise<void>;
}

/** The local site in its folder, or the deployed one that `url` names. */
export async function openSite({ url, ...options }: SiteOptions, progress: Progress): Promise<Site> {
  const site = url === undefined ? await openLocal(options, progress) : await openDeployed(url, options);
  try {
    // Also says whether the key is any good, before hours are spent.
    await site.client.request("/v1/admin/training");
    return site;
  } catch (error) {
    await site.close();
    throw error;
  }
}

/**
 * Its Workers are started for the time of the run, on its state and under its lock: two processes on one state would corrupt it, so
 * this one refuses while another runs, and no `start` begins meanwhile. No cron is fired.
 */
async function openLocal({ key, state }: Omit<SiteOptions, "url">, progress: Progress): Promise<Site> {
  const home = state === undefined ? Home.ofProject() : new Home(path.resolve(state));
  if (!existsSync(home.statePath)) {
    throw new Error(
      `${home.folder} holds no site yet: \`lakeshore start\` makes one, or name another by --state or --url.`,
    );
  }
  const secret = key ?? process.env.LAKESHORE_SECRET_KEY ?? (await home.readDemo())?.secretKey;
  if (secret === undefined) {
    throw new Error(
      `No key for ${home.folder}: give the tenant's secret key by --key or LAKESHORE_SECRET_KEY.`,
    );
  }
  const tenant = tenantOfSecret(secret);
  const shore = await openShore(home, "127.0.0.1", 0, progress);
  return {
    tenant,
    client: new ApiClient(shore.url, secret),
    root: { url: shore.url, adminToken: shore.secrets.ADMIN_TOKEN },
    store: r2ObjectStore(await shore.runtime.lake()),
    folder: path.join(home.folder, "train"),
    close: () => shore.stop(),
  };
}
