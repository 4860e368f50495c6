import type { Command } from "commander";
import { hashKey } from "../../src/events/index.ts";
import { oneOf } from "./arguments.ts";
import { connect, type ServerOptions, withServer } from "./server.ts";

interface ListedKey {
  hash: string;
  kind: "publishable" | "secret";
  origins: string[];
  created_at: number;
  revoked_at: number | null;
}

interface CreateOptions extends ServerOptions {
  kind: "publishable" | "secret";
  origin: string[];
}

export function registerKeys(program: Command): void {
  const keys = program.command("keys").description("list, make and revoke the tenant's keys");
  withServer(
    keys.command("list").description("all keys, by their hash: a key itself is told only once"),
  ).action(list);
  const create = keys
    .command("create")
    .description("make a key and print it, the only time that it is told")
    .option(
      "--kind <kind>",
      "publishable (for pages) or secret (for servers)",
      oneOf("publishable", "secret"),
      "publishable",
    )
    .option(
      "--origin <origin>",
      "origin that a publishable key is bound to, such as https://shop.example (repeatable)",
      collect,
      [],
    );
  withServer(create).action(createKey);
  const revoke = keys
    .command("revoke")
    .description("revoke a key; effective everywhere within 60 s")
    .argument("<hash>", "the key's hash, or as much of its start as is unique");
  withServer(revoke).action(revokeKey);
}

async function list(options: ServerOptions): Promise<void> {
  for (const key of await fetchKeys(options)) {
    const origins = key.origins.length === 0 ? "any origin" : key.origins.join(" ");
    const until = key.revoked_at === null ? "" : `, revoked ${time(key.revoked_at)}`;
    console.log(
      `${key.hash.slice(0, 16)}  ${key.kind.padEnd(11)}  made ${time(key.created_at)}${until}  ${origins}`,
    );
  }
}

async function createKey(options: CreateOptions): Promise<void> {
  const { client } = await connect(options);
  const body = { kind: options.kind, origins: options.origin };
  const { key } = await client.request<{ key: string }>("/v1/admin/keys", {
    method: "POST",
    body,
    retry: false,
  });
  console.log(key);
}

async function revokeKey(start: string, options: ServerOptions): Promise<void> {
  const found = (await fetchKeys(options)).filter(({ hash }) => hash.startsWith(start));
  const only = found.length === 1 ? found[0] : undefined;
  if (only === undefined) throw new Error(`${found.length} keys have a hash that starts with ${start}`);
  const { client, key } = await connect(options);
  if (only.hash === (await hashKey(key))) {
    throw new Error(
      "That is the key that this command itself uses: make another one, and revoke this with it.",
    );
  }
  await client.request(`/v1/admin/keys/${only.hash}`, { method: "DELETE" });
  console.log(`Revoked ${only.hash}`);
}

async function fetchKeys(options: ServerOptions): Promise<ListedKey[]> {
  const { client } = await connect(options);
  return (await client.request<{ keys: ListedKey[] }>("/v1/admin/keys")).keys;
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}
