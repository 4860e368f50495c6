// What a plain clone needs before any TypeScript can run: a platform that the parts exist for, and the locked
// dependencies in place. Plain JavaScript without dependencies: it runs on any Node from 20 on, before `npm ci`.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../", import.meta.url));
export const NODE_MAJOR_MIN = 20;
const PLATFORMS = "glibc Linux (x64, arm64) and macOS (x64, arm64)";

/**
 * The machine as far as it decides what can run.
 * @typedef {{ platform: string, arch: string, glibc: boolean, nodeVersion: string }} Machine
 */

/** @returns {Machine} */
export function thisMachine() {
  const { platform, arch, versions } = process;
  return { platform, arch, glibc: platform !== "linux" || hasGlibc(), nodeVersion: versions.node };
}

function hasGlibc() {
  const report = process.report.getReport();
  const { header } = typeof report === "string" ? JSON.parse(report) : report;
  return header.glibcVersionRuntime !== undefined;
}

/**
 * One clear sentence on what this machine lacks, or null.
 * @param {Machine} machine
 * @returns {string | null}
 */
export function machineProblem({ platform, arch, glibc, nodeVersion }) {
  const runsOn = `Lakeshore's local runtime (workerd) runs on ${PLATFORMS}`;
  if (platform === "win32") return `${runsOn}; on Windows, run it inside WSL 2.`;
  if (platform !== "linux" && platform !== "darwin") return `${runsOn}, not on ${platform}.`;
  if (arch !== "x64" && arch !== "arm64") return `${runsOn}, not on ${arch}.`;
  if (!glibc) {
    return `${runsOn}, not on a Linux without glibc such as Alpine: use a Debian or Ubuntu image.`;
  }
  if (Number.parseInt(nodeVersion, 10) < NODE_MAJOR_MIN) {
    return `Lakeshore needs Node ${NODE_MAJOR_MIN} or newer to start; this is ${nodeVersion}.`;
  }
  return null;
}

/**
 * @typedef {{ version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lock
 */

/**
 * Why the installed packages are not the locked ones, or null. npm writes `node_modules/.package-lock.json` as the last
 * act of an installation, so an interrupted one counts as none; packages for another platform are seen as well.
 * @param {Lock} lock package-lock.json
 * @param {Lock | null} installed node_modules/.package-lock.json
 * @param {Machine} machine
 * @returns {string | null}
 */
export function staleReason(lock, installed, machine) {
  if (installed === null) return "nothing is installed yet";
  for (const [place, wanted] of Object.entries(lock.packages)) {
    if (place === "" || !isFor(wanted, machine)) continue;
    const found = installed.packages[place];
    if (found === undefined) {
      // npm leaves out an optional package for more reasons than its platform; only one named for this machine must be there.
      if (wanted.optional === true && wanted.os === undefined) continue;
      return `${place} is missing`;
    }
    if (found.version !== wanted.version) return `${place} is ${found.version}, not ${wanted.version}`;
  }
  return null;
}

/** @param {LockedPackage} wanted @param {Machine} machine */
function isFor({ os, cpu, libc }, machine) {
  if (os !== undefined && !os.includes(machine.platform)) return false;
  if (cpu !== undefined && !cpu.includes(machine.arch)) return false;
  return (
    libc === undefined || machine.platform !== "linux" || libc.includes(machine.glibc ? "glibc" : "musl")
  );
}

export const LOCAL_NODE = path.join(ROOT, "node_modules/node/bin/node");

/** @returns {string | null} why `npm ci` must run, or null */
export function installationProblem(root = ROOT) {
  const lock = readJson(path.join(root, "package-lock.json"));
  const reason = staleReason(
    lock,
    readJson(path.join(root, "node_modules/.package-lock.json")),
    thisMachine(),
  );
  if (reason !== null) return reason;
  const node = path.join(root, "node_modules/node/bin/node");
  const wanted = lock.packages["node_modules/node"]?.version;
  // Asked by running it: the file may stem from another platform or from an installation with scripts switched off.
  const { status, stdout } = spawnSync(node, ["--version"], { encoding: "utf8" });
  return status === 0 && stdout.trim() === `v${wanted}` ? null : "the bundled Node does not run here";
}

/** @param {string} file */
function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/**
 * Runs `npm ci` with its own output on stderr: stdout belongs to the command's answer.
 * @returns {Promise<{ code: number, seconds: number }>}
 */
export function installLocked() {
  const startedMs = Date.now();
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  // Said outright, against NODE_ENV=production and a user's own settings: the runtime is a development dependency, and its
  // binaries are put in place by install scripts (package.json names the few that may run). npm's warnings speak of the Node
  // that runs this, which is not the one that will run the rest.
  const flags = ["ci", "--include=dev", "--include=optional", "--ignore-scripts=false", "--loglevel=error"];
  const child = spawn(command, [...first, ...flags], { cwd: ROOT, stdio: ["ignore", 2, 2] });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ code: signal === null ? (code ?? 1) : 130, seconds: (Date.now() - startedMs) / 1000 });
    });
  });
}
