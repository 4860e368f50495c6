import { withIds } from "../../scripts/deploy/config-ids.ts";
import type { Deployed, Ports } from "../../scripts/deploy/ports.ts";
import type { WranglerResult } from "../../scripts/deploy/wrangler.ts";

/** A Cloudflare account in memory, behind wrangler's commands: what exists can be asked for, twice created is an error. */
export interface FakeAccount {
  ports: Ports;
  calls: string[];
  inputs: string[];
  said: string[];
  queues: Set<string>;
  buckets: Set<string>;
  databases: Map<string, string>;
  namespaces: Map<string, string>;
  workers: Map<string, Set<string>>;
  configs: Map<string, string>;
  deployed: Deployed | null;
  tenants: Set<string>;
  loggedIn: boolean;
  paid: boolean;
  online: boolean;
  bucketHoldsObjects: boolean;
  answers: (string | null)[];
}

const OK: WranglerResult = { code: 0, stdout: "", stderr: "" };

export function fakeAccount(configs: Record<string, string>): FakeAccount {
  const account: FakeAccount = {
    calls: [],
    inputs: [],
    said: [],
    queues: new Set(),
    buckets: new Set(),
    databases: new Map(),
    namespaces: new Map(),
    workers: new Map(),
    configs: new Map(Object.entries(configs)),
    deployed: null,
    tenants: new Set(),
    loggedIn: true,
    paid: true,
    online: true,
    bucketHoldsObjects: false,
    answers: [],
    ports: {
      wrangler: async ({ args, input }) => {
        account.calls.push(args.join(" "));
        if (input !== undefined) account.inputs.push(input);
        return command(account, args, input);
      },
      say: (line) => account.said.push(line),
      ask: async () => account.answers.shift() ?? null,
      readConfig: (file) => account.configs.get(file) ?? "",
      writeConfig: (file, text) => account.configs.set(file, text),
      buildAssets: async () => {
        account.calls.push("(assets)");
      },
      readDeployed: () => account.deployed,
      writeDeployed: (deployed) => {
        account.deployed = deployed;
      },
      random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
      fetch: async (input, init) => createTenant(account, String(input), init),
      outputFile: async () => ({
        path: "/nowhere",
        read: async () => '{"type":"deploy","targets":["https://lakeshore.me.workers.dev"]}\n',
      }),
    },
  };
  return account;
}

/** The configs of a fresh clone, whatever was provisioned in this one. */
export function cleared(text: string): string {
  return withIds(text, { kvId: undefined, databaseIds: new Map(), jurisdiction: undefined });
}

function createTenant(account: FakeAccount, url: string, init: RequestInit | undefined): Response {
  account.calls.push(`POST ${url}`);
  const bearer = new Headers(init?.headers).get("authorization");
  if (bearer !== `Bearer ${account.deployed?.adminToken}`) return new Response("no", { status: 401 });
  const { tenant } = JSON.parse(String(init?.body)) as { tenant: string };
  if (account.tenants.has(tenant)) return new Response("exists", { status: 409 });
  account.tenants.add(tenant);
  return Response.json({ publishable_key: `pk_${tenant}_x`, secret_key: `sk_${tenant}_x` });
}

function command(account: FakeAccount, args: string[], input: string | undefined): WranglerResult {
  const words = args.join(" ");
  const flag = (name: string) => args[args.indexOf(name) + 1] ?? "";
  if (args[0] === "whoami")
    return account.loggedIn ? json({ accounts: [{ id: "a1", name: "Me" }] }) : failure("no login");
  if (words.startsWith("queues info")) return account.queues.has(flag("info")) ? OK : failure("not found");
  if (words.startsWith("queues create")) {
    return account.paid
      ? create(account.queues, flag("create"))
      : failure("retention must be between 60 and 86400");
  }
  if (words.startsWith("r2 bucket info"))
    return account.buckets.has(flag("info")) ? OK : failure("not found");
  if (words.startsWith("r2 bucket create")) return create(account.buckets, flag("create"));
  if (words.startsWith("r2 bucket lifecycle")) return OK;
  if (words.startsWith("r2 bucket delete")) {
    if (account.bucketHoldsObjects)
      return failure("The bucket you tried to delete is not empty [code: 10008]");
    return remove(account.buckets, flag("delete"));
  }
  if (words === "d1 list --json") return json([...account.databases].map(([name, uuid]) => ({ name, uuid })));
  if (words.startsWith("d1 create")) return createWithId(account.databases, flag("create"), "db");
  if (words.startsWith("d1 delete")) return remove(account.databases, flag("delete"));
  if (words.startsWith("d1 migrations apply"))
    return account.databases.has(flag("apply")) ? OK : failure("not found");
  if (words === "kv namespace list")
    return json([...account.namespaces].map(([title, id]) => ({ title, id })));
  if (words.startsWith("kv namespace create")) return createWithId(account.namespaces, flag("create"), "kv");
  if (words.startsWith("kv namespace delete")) {
    const title = [...account.namespaces].find(([, id]) => id === flag("--namespace-id"))?.[0] ?? "";
    return remove(account.namespaces, title);
  }
  if (words.startsWith("queues delete")) return remove(account.queues, flag("delete"));
  if (words.startsWith("workflows delete")) return OK;
  if (words.startsWith("secret list")) {
    if (!account.online) return failure("fetch failed");
    const held = account.workers.get(flag("--name"));
    return held === undefined ? failure("Worker not found") : json([...held].map((name) => ({ name })));
  }
  if (words.startsWith("secret bulk")) {
    const held = account.workers.get(flag("--name")) ?? [];
    account.workers.set(flag("--name"), new Set([...held, ...Object.keys(JSON.parse(input ?? "{}"))]));
    return OK;
  }
  if (args[0] === "deploy") return OK;
  if (args[0] === "delete") return remove(account.workers, args[1] ?? "");
  return failure(`the test account does not know: ${words}`);
}

function json(value: unknown): WranglerResult {
  // As wrangler prints it under CI: notices around the JSON.
  return { code: 0, stdout: `\n ⛅️ wrangler\n${JSON.stringify(value, null, 2)}\n`, stderr: "" };
}

function failure(stderr: string): WranglerResult {
  return { code: 1, stdout: "", stderr };
}

function create(names: Set<string>, name: string): WranglerResult {
  if (names.has(name)) return failure(`${name} exists already`);
  names.add(name);
  return OK;
}

function createWithId(ids: Map<string, string>, name: string, kind: string): WranglerResult {
  if (ids.has(name)) return failure(`${name} exists already`);
  ids.set(name, `${kind}-${name}-id`);
  return OK;
}

function remove(names: Set<string> | Map<string, unknown>, name: string): WranglerResult {
  return names.delete(name) ? OK : failure(`${name} not found`);
}
