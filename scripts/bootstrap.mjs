// The first thing that runs: `node scripts/bootstrap.mjs <command> …` from a plain clone, on any Node from 20 on. Checks the
// machine, installs the locked dependencies if they are missing or stale, and hands over to the command line under the
// Node of node_modules. stdout stays untouched: it belongs to the command.
import { spawn } from "node:child_process";
import path from "node:path";
import {
  installationProblem,
  installLocked,
  LOCAL_NODE,
  machineProblem,
  ROOT,
  thisMachine,
} from "./install.mjs";

/** npm and a shell report a process that Ctrl-C ended so. */
const EXIT_INTERRUPTED = 130;

const problem = machineProblem(thisMachine());
if (problem !== null) fail(problem);
const installSeconds = await install();
await handOver(process.argv.slice(2), installSeconds);

async function install() {
  const reason = installationProblem();
  if (reason === null) return 0;
  console.error(`Installing the locked dependencies (${reason}) …`);
  // Ctrl-C reaches npm too; waiting for it here leaves no half-finished process behind.
  let interrupted = false;
  const onInterrupt = () => {
    interrupted = true;
  };
  process.on("SIGINT", onInterrupt);
  const { code, seconds } = await installLocked().catch((error) =>
    fail(`npm could not be run: ${error.message}`),
  );
  process.off("SIGINT", onInterrupt);
  if (interrupted || code === EXIT_INTERRUPTED) process.exit(EXIT_INTERRUPTED);
  if (code !== 0) fail("`npm ci` failed; its own words stand above. A first installation needs the network.");
  const left = installationProblem();
  if (left !== null) fail(`The installation is not complete: ${left}.`);
  console.error(`Installed in ${seconds.toFixed(1)} s.`);
  return seconds;
}

function handOver(args, installSeconds) {
  const bin = path.join(ROOT, "node_modules/.bin");
  const child = spawn(LOCAL_NODE, [path.join(ROOT, "scripts/cli.ts"), ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      // Tools that scripts start must run under the same Node.
      PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}`,
      WRANGLER_SEND_METRICS: "false",
      LAKESHORE_INSTALL_SECONDS: String(installSeconds),
    },
  });
  // The command may name processes of its own that must not outlive it, even if it is killed outright.
  const dependants = new Set();
  child.on("message", ({ dependant }) => dependants.add(dependant));
  // A terminal sends Ctrl-C to the whole group, another program to this process alone: the command may see it twice.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`The bundled Node could not be run: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === "SIGKILL") for (const pid of dependants) killQuietly(pid);
    process.exit(code ?? (signal === "SIGINT" ? EXIT_INTERRUPTED : 1));
  });
}

function killQuietly(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
