import path from "node:path";
import type { ObjectStore } from "../../src/base/index.ts";
import { EVENTS, openLake } from "../../src/lake/index.ts";
import { ApiClient } from "../client/index.ts";
import { tenantOfSecret } from "../commands/server.ts";
import { REGION } from "../lake/connect.ts";
import { deployedToken } from "../lake/open.ts";
import { BUCKET } from "../lake/s3.ts";
import { serverStore } from "../lake/server-store.ts";
import { Home } from "../start/home.ts";
import { s3Store } from "./s3-store.ts";
import type { Site, SiteOptions } from "./site.ts";

/** By the environment only: what stands on a command line is seen by everybody on the machine. */
const ENDPOINT = "LAKESHORE_R2_ENDPOINT";
const KEY_ID = "LAKESHORE_R2_ACCESS_KEY_ID";
const SECRET = "LAKESHORE_R2_SECRET_ACCESS_KEY";

/** A deployed site: its bucket through R2's S3 endpoint, its Workers' jobs through its API. */
export async function openDeployed(address: string, { key, state }: Omit<SiteOptions, "url">): Promise<Site> {
  if (state !== undefined)
    throw new Error("--state names a local site, and --url a deployed one: give one of them");
  const root = { adminToken: deployedToken(address), url: address.replace(/\/+$/, "") };
  const secret = key ?? process.env.LAKESHORE_SECRET_KEY;
  if (secret === undefined) {
    throw new Error(`No key for ${address}: give the tenant's secret key by --key or LAKESHORE_SECRET_KEY.`);
  }
  const tenant = tenantOfSecret(secret);
  const store = s3Store(
    { endpoint: fromEnvironment(ENDPOINT), bucket: BUCKET, region: REGION },
    { accessKeyId: fromEnvironment(KEY_ID), secretAccessKey: fromEnvironment(SECRET) },
  );
  await checkBucket(store, serverStore(root), address);
  return {
    tenant,
    client: new ApiClient(root.url, secret),
    root,
    store,
    folder: path.join(Home.ofProject().folder, "train"),
    close: async () => {},
  };
}

/** Two deployments' buckets have one name: a model must not go to the one whose data it was not made of. */
async function checkBucket(bucket: ObjectStore, server: ObjectStore, address: string): Promise<void> {
  const [here, there] = await Promise.all([bucket, server].map(tableId));
  if (here !== there) throw new Error(`the bucket at ${ENDPOINT} is not that of ${address}`);
}

/** Made of the moment in which the table was. */
async function tableId(store: ObjectStore): Promise<string | undefined> {
  return (await openLake(store).load(EVENTS))?.metadata["table-uuid"];
}

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== "") return value;
  throw new Error(
    `${name} is not set. A deployed site is trained from here through its bucket: make an R2 API token that may read and write ` +
      `${BUCKET}, and set ${ENDPOINT} (https://<account>.r2.cloudflarestorage.com), ${KEY_ID} and ${SECRET}. ` +
      "A local site is named by --state, without --url, and must be stopped.",
  );
}
