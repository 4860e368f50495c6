import type { Ports } from "./ports.ts";
import type { WranglerResult } from "./wrangler.ts";

/**
 * Ports for `--dry-run`: the same steps in the same order, against an account that exists in memory only and holds `existing`.
 * Nothing is written and nothing leaves the machine; each Worker is really bundled and checked, by `wrangler deploy --dry-run`.
 */
export function rehearsalPorts(real: Ports, existing: readonly string[] = []): Ports {
  const created = [...existing];
  return {
    ...real,
    wrangler: async (call) => {
      const { args } = call;
      real.say(`  wrangler ${args.join(" ")}${call.input === undefined ? "" : " < (secrets by stdin)"}`);
      if (args[0] === "deploy") return real.wrangler({ ...call, args: [...args, "--dry-run"] });
      return answer(args, created);
    },
    writeConfig: (file) => real.say(`  (would write the ids into ${file})`),
    readDeployed: () => null,
    writeDeployed: () => {},
    fetch: async (input) => {
      real.say(`  POST ${String(input)}`);
      return Response.json({ publishable_key: "pk_…", secret_key: "sk_…" });
    },
  };
}

/** What wrangler would print for an account that holds just `created`. */
function answer(args: readonly string[], created: string[]): WranglerResult {
  const command = args.slice(0, 2).join(" ");
  const name = args[2] === "create" ? args[3] : args[2];
  if (args.includes("create") && name !== undefined) created.push(name);
  const exists = args.includes("info")
    ? created.includes(String(args.at(args.indexOf("info") + 1)))
    : command !== "secret list";
  const rows = created.map((row) => ({
    name: row,
    title: row,
    uuid: `(id of ${row})`,
    id: `(id of ${row})`,
  }));
  const lists = args.includes("list") && command !== "secret list";
  const whoami = { loggedIn: true, accounts: [{ id: "(your account)", name: "(your account)" }] };
  const stdout = args[0] === "whoami" ? JSON.stringify(whoami) : lists ? JSON.stringify(rows) : "";
  return { code: exists ? 0 : 1, stdout, stderr: exists ? "" : "not found" };
}
