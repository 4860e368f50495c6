import type { Ids } from "./config-ids.ts";
import type { Resources } from "./resources.ts";
import { DeployError, must, type Wrangler } from "./wrangler.ts";

export const JURISDICTIONS = ["none", "eu", "us", "fedramp"] as const;
export type Jurisdiction = (typeof JURISDICTIONS)[number];

/**
 * 14 days. Events wait longest here if the pipeline cannot run; and Free allows one day only, so that creating the queue is
 * the platform's own check of the plan, before anything else exists.
 */
export const RETENTION_S = 1_209_600;

/** Creates what does not exist yet, the queues first, and returns the ids that the configs need. */
export async function provision(
  wrangler: Wrangler,
  resources: Resources,
  jurisdiction: Jurisdiction,
): Promise<Ids> {
  const where = jurisdiction === "none" ? [] : ["--jurisdiction", jurisdiction];
  for (const queue of resources.queues) await ensureQueue(wrangler, queue, where);
  const bucket = await wrangler({ args: ["r2", "bucket", "info", resources.bucket, "--json", ...where] });
  if (bucket.code !== 0)
    await must(wrangler, { args: ["r2", "bucket", "create", resources.bucket, ...where] });
  for (const { name } of resources.databases) {
    if (!(await databaseIds(wrangler)).has(name))
      await must(wrangler, { args: ["d1", "create", name, ...where] });
  }
  if ((await kvId(wrangler, resources.kvTitle)) === undefined) {
    await must(wrangler, { args: ["kv", "namespace", "create", resources.kvTitle, ...where] });
  }
  // Asked for again rather than read out of what `create` prints: its words change between versions.
  return {
    kvId: await kvId(wrangler, resources.kvTitle),
    databaseIds: await databaseIds(wrangler),
    jurisdiction: jurisdiction === "none" ? undefined : jurisdiction,
  };
}

async function ensureQueue(wrangler: Wrangler, queue: string, where: string[]): Promise<void> {
  const { code } = await wrangler({ args: ["queues", "info", queue] });
  if (code === 0) return;
  const args = ["queues", "create", queue, "--message-retention-period-secs", String(RETENTION_S), ...where];
  try {
    await must(wrangler, { args });
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    throw new DeployError(
      `${error.message}\n\nIf the account is on Workers Free, this is why: Lakeshore needs Workers Paid ` +
        "(dash.cloudflare.com → Workers & Pages → Plans). No database and no bucket was made.",
    );
  }
}

/** Ids of all D1 databases of the account, by name. */
export async function databaseIds(wrangler: Wrangler): Promise<Map<string, string>> {
  const rows = jsonOf<{ uuid: string; name: string }[]>(
    await must(wrangler, { args: ["d1", "list", "--json"] }),
  );
  return new Map(rows.map(({ name, uuid }) => [name, uuid]));
}

export async function kvId(wrangler: Wrangler, title: string): Promise<string | undefined> {
  const rows = jsonOf<{ id: string; title: string }[]>(
    await must(wrangler, { args: ["kv", "namespace", "list"] }),
  );
  return rows.find((row) => row.title === title)?.id;
}

/** The JSON list in an output that a notice may precede or follow. */
export function jsonOf<T>(stdout: string): T {
  const start = stdout.search(/^[[{]/m);
  const end = Math.max(stdout.lastIndexOf("]"), stdout.lastIndexOf("}"));
  if (start < 0 || end < start)
    throw new DeployError(`wrangler answered without JSON: ${stdout.slice(0, 200)}`);
  return JSON.parse(stdout.slice(start, end + 1)) as T;
}
