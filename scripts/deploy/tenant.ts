import { setTimeout as sleep } from "node:timers/promises";
import type { Ports } from "./ports.ts";

const ATTEMPTS = 12;
/** A new address answers within seconds as a rule; a minute in all. */
const PAUSE_MS = 5_000;

interface Keys {
  publishable_key: string;
  secret_key: string;
}

/** Makes the first tenant and shows its keys, once: only their hashes are kept. */
export async function createFirstTenant(
  options: { tenant: string; origins: string[]; url: string | undefined; dryRun: boolean },
  ports: Ports,
): Promise<void> {
  const { tenant, origins, dryRun } = options;
  const { say } = ports;
  const deployed = ports.readDeployed();
  const url = options.url ?? deployed?.url ?? (dryRun ? "https://lakeshore.example.workers.dev" : undefined);
  if (url === undefined) {
    say(
      "Deployed. The edge has no address yet: add a route to wrangler.toml, then make a tenant as the README shows.",
    );
    return;
  }
  say(`Lakeshore answers at ${url}`);
  if (deployed === null && !dryRun) {
    say(
      "Its admin token was made by an earlier deploy elsewhere; `npx wrangler secret put ADMIN_TOKEN` sets a new one.",
    );
    return;
  }
  if (deployed !== null) ports.writeDeployed({ ...deployed, url });
  say(`Creating the tenant "${tenant}" …`);
  const response = await postUntilUp(
    `${url}/v1/admin/tenants`,
    { tenant, origins },
    deployed?.adminToken ?? "",
    ports,
  );
  if (response.status === 409) {
    say(`The tenant "${tenant}" exists already; its keys were shown when it was made.`);
    return;
  }
  if (!response.ok) {
    say(
      `The tenant could not be made (${response.status} ${(await response.text()).slice(0, 300)}). Run the deploy again.`,
    );
    process.exitCode = 1;
    return;
  }
  const keys = (await response.json()) as Keys;
  say("Its keys, shown this once:");
  say(`  publishable (may stand in a page):  ${keys.publishable_key}`);
  say(`  secret (servers only):              ${keys.secret_key}`);
  say("The admin token stands in .lakeshore/deployed.json, readable by you only: keep it somewhere safe.");
}

async function postUntilUp(
  url: string,
  body: object,
  adminToken: string,
  { fetch }: Ports,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${adminToken}` },
      body: JSON.stringify(body),
    }).catch(() => null);
    const settled = response !== null && response.status !== 404 && response.status < 500;
    if (settled || (response !== null && attempt === ATTEMPTS)) return response;
    if (attempt === ATTEMPTS) throw new Error(`${url} cannot be reached`);
    await sleep(PAUSE_MS);
  }
}
