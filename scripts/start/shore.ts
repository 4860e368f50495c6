import { appendFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { ApiClient } from "../client/index.ts";
import { buildAssets, type DemoFile, writeDemoFile } from "../local/assets.ts";
import { type LocalRuntime, startLocal } from "../local/runtime.ts";
import type { Progress } from "../progress.ts";
import { DEMO_TENANT, type DemoState, type Home, type Secrets } from "./home.ts";
import { type Newcomers, openNewcomers } from "./newcomers.ts";
import { checkRun, forgetRun, noteRun } from "./run-lock.ts";
import { HOME_SHELF } from "./scenarios.ts";

/** The four Workers of one home, running. */
export interface Shore {
  home: Home;
  runtime: LocalRuntime;
  /** Without a slash at its end. */
  url: string;
  secrets: Secrets;
  /** Fills the demo page's file. */
  showDemo(demo: DemoState): Promise<void>;
  stop(): Promise<void>;
}

const PAGE_SHOPPERS_MAX = 24;
/** The longest there is: a start may stay up for weeks. */
const TOKEN_TTL_S = 30 * 86_400;

/** With `ownSignals` the caller stops the shore when a signal comes; otherwise the first one ends the process. */
export async function openShore(
  home: Home,
  host: string,
  port: number,
  progress: Progress,
  { ownSignals }: { ownSignals: boolean } = { ownSignals: false },
): Promise<Shore> {
  checkRun(home.runPath);
  if (port !== 0) await checkPort(host, port);
  const startedMs = Date.now();
  const secrets = await home.secrets();
  await buildAssets(home.assetsPath);
  await writeDemoFile(home.assetsPath, null);
  writeFileSync(home.logPath, "");
  const runtime = await startLocal({
    host,
    port,
    statePath: home.statePath,
    assetsPath: home.assetsPath,
    secrets: { ...secrets },
    ownSignals,
    onLog: (line) => appendFileSync(home.logPath, `${line}\n`),
  });
  const url = runtime.url.href.replace(/\/$/, "");
  noteRun(home.runPath, url);
  progress.say(`The four Workers run at ${url} (${((Date.now() - startedMs) / 1000).toFixed(1)} s).`);
  let newcomers: Newcomers | null = null;
  return {
    home,
    runtime,
    url,
    secrets,
    async showDemo({ publishableKey, secretKey, shoppers, title }) {
      newcomers ??= await openNewcomers({ url, secretKey });
      await writeDemoFile(home.assetsPath, {
        key: publishableKey,
        tenant: DEMO_TENANT,
        title,
        home: HOME_SHELF,
        newcomers: newcomers.url,
        shoppers: await signedShoppers(new ApiClient(url, secretKey), shoppers.slice(0, PAGE_SHOPPERS_MAX)),
      });
    },
    async stop() {
      await newcomers?.close();
      await runtime.dispose();
      forgetRun(home.runPath);
    },
  };
}

/** As a shop's own server would at a log-in. */
function signedShoppers(client: ApiClient, shoppers: DemoState["shoppers"]): Promise<DemoFile["shoppers"]> {
  return Promise.all(
    shoppers.map(async (shopper) => {
      const body = { user_id: shopper.userId, ttl_s: TOKEN_TTL_S };
      const path = "/v1/admin/user-tokens";
      const { user_token } = await client.request<{ user_token: string }>(path, { method: "POST", body });
      return { ...shopper, userToken: user_token };
    }),
  );
}

/** Asked before anything is built, for the runtime's own complaint comes late and long. */
function checkPort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const busy = error.code === "EADDRINUSE";
      reject(
        new Error(
          busy
            ? `Port ${port} is in use by another program: stop it, or choose another with --port.`
            : `${host}:${port} cannot be listened on (${error.code}): choose another with --host and --port.`,
        ),
      );
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}
