import type { DeployOptions } from "./deploy.ts";
import type { Ports } from "./ports.ts";
import { JURISDICTIONS, type Jurisdiction, jsonOf } from "./provision.ts";
import { DeployError } from "./wrangler.ts";

const PLAN = [
  "Lakeshore needs the Workers Paid plan (from $5 a month): ONNX Runtime, training and the consumer use more CPU than Free",
  "allows. Wrangler cannot tell which plan an account has; if it is Free, the first queue is refused and nothing else is made.",
];

/** The plan said, the login checked, the jurisdiction settled: all before anything is made. */
export async function checkAccount(options: DeployOptions, ports: Ports): Promise<Jurisdiction> {
  for (const line of PLAN) ports.say(line);
  const account = await loggedInAccount(ports);
  ports.say(`Account: ${account}`);
  const jurisdiction = await settleJurisdiction(options, ports);
  if (!options.yes && !options.dryRun) {
    const answer = await ports.ask(
      `Deploy Lakeshore to this account, with its data in "${jurisdiction}"? [y/N]`,
    );
    if (answer === null) throw new DeployError("No terminal to ask on: say --yes to deploy without asking.");
    if (!/^y(es)?$/i.test(answer)) throw new DeployError("Nothing was deployed.");
  }
  return jurisdiction;
}

async function loggedInAccount({ wrangler }: Ports): Promise<string> {
  const { code, stdout } = await wrangler({ args: ["whoami", "--json"] });
  if (code !== 0) {
    throw new DeployError(
      "Not logged in to Cloudflare. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN.",
    );
  }
  const { accounts } = jsonOf<{ accounts: { id: string; name: string }[] }>(stdout);
  const chosen = process.env.CLOUDFLARE_ACCOUNT_ID;
  const account = chosen === undefined ? accounts[0] : accounts.find(({ id }) => id === chosen);
  if (account === undefined)
    throw new DeployError("The login has no access to the account in CLOUDFLARE_ACCOUNT_ID.");
  if (chosen === undefined && accounts.length > 1) {
    const list = accounts.map(({ id, name }) => `  ${id}  ${name}`).join("\n");
    throw new DeployError(`The login has several accounts. Set CLOUDFLARE_ACCOUNT_ID to one of:\n${list}`);
  }
  return account.name;
}

/** Where data may be kept is decided once: the platform never moves a bucket, a database, a namespace or a queue. */
async function settleJurisdiction(options: DeployOptions, ports: Ports): Promise<Jurisdiction> {
  const { jurisdiction, provisioned } = options;
  if (provisioned !== undefined) {
    if (jurisdiction !== undefined && jurisdiction !== provisioned) {
      throw new DeployError(
        `This Lakeshore keeps its data in "${provisioned}", which cannot be changed to "${jurisdiction}": ` +
          "`npm run destroy` first, or deploy another clone under other names.",
      );
    }
    return provisioned;
  }
  if (jurisdiction !== undefined) return jurisdiction;
  const choices = JURISDICTIONS.join(", ");
  const answer = await ports.ask(
    `Where may the data be kept and processed (${choices})? It cannot be changed later.`,
  );
  if (answer === null) {
    throw new DeployError(`Say where the data may be kept: --jurisdiction ${JURISDICTIONS.join("|")}`);
  }
  const found = JURISDICTIONS.find((choice) => choice === answer.toLowerCase());
  if (found === undefined) throw new DeployError(`"${answer}" is none of ${choices}.`);
  return found;
}
