import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Lock, type Machine, machineProblem, ROOT, staleReason } from "../../scripts/install.mjs";

const LINUX: Machine = { platform: "linux", arch: "x64", glibc: true, nodeVersion: "20.11.0" };

describe("machineProblem", () => {
  it("lets glibc Linux and macOS with Node 20 or newer pass", () => {
    expect(machineProblem(LINUX)).toBeNull();
    expect(machineProblem({ ...LINUX, arch: "arm64", nodeVersion: "26.0.0" })).toBeNull();
    expect(machineProblem({ ...LINUX, platform: "darwin", arch: "arm64" })).toBeNull();
  });

  it.each([
    ["Windows", { ...LINUX, platform: "win32" }, /WSL/],
    ["musl", { ...LINUX, glibc: false }, /without glibc/],
    ["32 bits", { ...LINUX, arch: "arm" }, /not on arm\./],
    ["another system", { ...LINUX, platform: "freebsd" }, /not on freebsd/],
    ["an old Node", { ...LINUX, nodeVersion: "18.20.4" }, /Node 20 or newer.*18\.20\.4/],
  ])("says one sentence on %s", (_, machine, sentence) => {
    const problem = machineProblem(machine);
    expect(problem).toMatch(sentence);
    expect(problem).not.toContain("\n");
  });
});

describe("staleReason", () => {
  const lock: Lock = {
    packages: {
      "": { version: "0.1.0" },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/bin-linux": { version: "2.0.0", optional: true, os: ["linux"], cpu: ["x64"] },
      "node_modules/bin-musl": {
        version: "2.0.0",
        optional: true,
        os: ["linux"],
        cpu: ["x64"],
        libc: ["musl"],
      },
      "node_modules/bin-darwin": { version: "2.0.0", optional: true, os: ["darwin"], cpu: ["arm64"] },
      "node_modules/maybe": { version: "3.0.0", optional: true },
    },
  };
  const installed: Lock = {
    packages: { "node_modules/a": { version: "1.0.0" }, "node_modules/bin-linux": { version: "2.0.0" } },
  };

  it("is null for what npm leaves behind on this platform", () => {
    expect(staleReason(lock, installed, LINUX)).toBeNull();
  });

  it("sees an installation that never finished", () => {
    expect(staleReason(lock, null, LINUX)).toBe("nothing is installed yet");
  });

  it("sees another version and a missing package", () => {
    const older = { packages: { ...installed.packages, "node_modules/a": { version: "0.9.0" } } };
    expect(staleReason(lock, older, LINUX)).toBe("node_modules/a is 0.9.0, not 1.0.0");
    expect(staleReason(lock, { packages: {} }, LINUX)).toBe("node_modules/a is missing");
  });

  it("sees an installation made on another platform", () => {
    const mac: Machine = { ...LINUX, platform: "darwin", arch: "arm64" };
    expect(staleReason(lock, installed, mac)).toBe("node_modules/bin-darwin is missing");
  });

  it("finds this very tree installed as locked", () => {
    const read = (file: string) => JSON.parse(readFileSync(path.join(ROOT, file), "utf8")) as Lock;
    const machine: Machine = { ...LINUX, platform: process.platform, arch: process.arch };
    expect(
      staleReason(read("package-lock.json"), read("node_modules/.package-lock.json"), machine),
    ).toBeNull();
  });
});

describe("bootstrap", () => {
  let clone = "";
  beforeEach(() => {
    clone = mkdtempSync(path.join(tmpdir(), "lakeshore-clone-"));
    mkdirSync(path.join(clone, "scripts"));
    for (const file of ["bootstrap.mjs", "install.mjs"]) {
      copyFileSync(path.join(ROOT, "scripts", file), path.join(clone, "scripts", file));
    }
    writeFileSync(
      path.join(clone, "package-lock.json"),
      JSON.stringify({ packages: { "": {}, "node_modules/x": { version: "1.0.0" } } }),
    );
  });
  afterEach(() => rmSync(clone, { recursive: true }));

  it("says what it installs and why, and fails in words when npm fails, with stdout untouched", () => {
    writeFileSync(path.join(clone, "npm.js"), "console.log('npm speaks'); process.exit(1);");
    const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/bootstrap.mjs", "start"], {
      cwd: clone,
      encoding: "utf8",
      env: { ...process.env, npm_execpath: path.join(clone, "npm.js") },
    });
    expect(stderr).toContain("Installing the locked dependencies (nothing is installed yet)");
    expect(stderr).toContain("npm speaks");
    expect(stderr).toContain("`npm ci` failed");
    expect(stdout).toBe("");
    expect(status).toBe(1);
  });

  it("hands over to the command line with the arguments, the bundled Node first on PATH and the time of installation", () => {
    const node = path.join(clone, "node_modules/node/bin/node");
    writeFileSync(
      path.join(clone, "scripts/cli.ts"),
      "console.log(JSON.stringify([process.argv.slice(2), process.env.PATH, process.env.LAKESHORE_INSTALL_SECONDS, process.env.WRANGLER_SEND_METRICS])); process.exit(7);",
    );
    writeFileSync(
      path.join(clone, "npm.js"),
      `const fs = require("node:fs");
       fs.mkdirSync(${JSON.stringify(path.dirname(node))}, { recursive: true });
       fs.symlinkSync(process.execPath, ${JSON.stringify(node)});
       fs.writeFileSync("node_modules/.package-lock.json", fs.readFileSync("package-lock.json"));`,
    );
    writeFileSync(
      path.join(clone, "package-lock.json"),
      JSON.stringify({ packages: { "node_modules/node": { version: process.versions.node } } }),
    );
    const { status, stdout } = spawnSync(
      process.execPath,
      ["scripts/bootstrap.mjs", "start", "--once", "--json"],
      {
        cwd: clone,
        encoding: "utf8",
        env: { ...process.env, npm_execpath: path.join(clone, "npm.js") },
      },
    );
    const [args, searchPath, seconds, metrics] = JSON.parse(stdout) as [string[], string, string, string];
    expect(args).toEqual(["start", "--once", "--json"]);
    expect(searchPath.split(path.delimiter)[0]).toBe(path.join(clone, "node_modules/.bin"));
    expect(Number(seconds)).toBeGreaterThan(0);
    expect(metrics).toBe("false");
    expect(status).toBe(7);
  });
});
