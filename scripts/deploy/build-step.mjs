// What `wrangler.toml` runs before wrangler bundles the edge: builds the static files, and lets a plain `wrangler deploy` at
// the root deploy the other three Workers first. Wrangler tells this step its command, but not its flags, and runs it under
// `--dry-run` too: whether this is a rehearsal is read from the arguments of the wrangler process above. Where they cannot
// be read, nothing is deployed.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ANCESTORS_MAX = 6;

/**
 * "assets": only build the static files; "others": also deploy the other three; a sentence: stop with it.
 * `arguments_` is wrangler's command line, or null when it could not be read.
 */
export function decide({ command, ownDeploy, arguments_, edgeConfig }) {
  if (command !== "deploy" || ownDeploy) return "assets";
  if (arguments_ === null) return "Cannot see how wrangler was called: run `npm run deploy` instead.";
  if (/\s--dry-?[rR]un\b(?!=false)/.test(arguments_)) return "assets";
  if (!/^id\s*=/m.test(edgeConfig)) {
    return "Not provisioned yet: run `npm run deploy` once; it makes the databases, the bucket, the queues, the secrets and the first keys. From then on `wrangler deploy` deploys all four Workers.";
  }
  return "others";
}

/** The command line of the nearest ancestor that runs wrangler. */
function wranglerArguments() {
  let pid = process.ppid;
  for (let i = 0; i < ANCESTORS_MAX && pid > 1; i++) {
    const ancestor = processInfo(pid);
    if (ancestor === null) return null;
    if (
      /wrangler(\.js|\/bin|-dist|\s|$)/.test(ancestor.arguments_) &&
      !ancestor.arguments_.includes("build-step")
    ) {
      return ancestor.arguments_;
    }
    pid = ancestor.parent;
  }
  return null;
}

function processInfo(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const arguments_ = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return { parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0), arguments_ };
  } catch {
    const { stdout } = spawnSync("ps", ["-o", "ppid=,command=", "-p", String(pid)], { encoding: "utf8" });
    const match = /^\s*(\d+)\s+(.*)$/s.exec(stdout ?? "");
    return match === null ? null : { parent: Number(match[1]), arguments_: match[2] };
  }
}

function run(file, args) {
  const node = path.join(ROOT, "node_modules/.bin/node");
  const { status } = spawnSync(node, [path.join(ROOT, file), ...args], { stdio: "inherit", cwd: ROOT });
  if (status !== 0) process.exit(status ?? 1);
}

function main() {
  const decision = decide({
    command: process.env.WRANGLER_COMMAND,
    ownDeploy: process.env.LAKESHORE_DEPLOY === "1",
    arguments_: wranglerArguments(),
    edgeConfig: readFileSync(path.join(ROOT, "wrangler.toml"), "utf8"),
  });
  if (decision !== "assets" && decision !== "others") {
    console.error(decision);
    process.exit(1);
  }
  run("scripts/deploy/build.ts", []);
  if (decision === "assets") return;
  for (const worker of ["scorer", "pipeline", "trainer"]) {
    console.log(`Deploying ${worker} first …`);
    run("node_modules/wrangler/bin/wrangler.js", ["deploy", "--config", `workers/${worker}.toml`]);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
