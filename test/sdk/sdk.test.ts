import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildSdk, type SdkFile } from "../../scripts/sdk/build.ts";
import { ROOT } from "../tidy/source-files.ts";

/** A page pays for each on every first visit. */
const GZIP_BYTES_MAX: Record<string, number> = { "beacon.js": 5_000, "index.js": 5_000, "react.js": 3_000 };

const run = promisify(execFile);
let folder: string;
let files: SdkFile[];

/** A project that has installed the package, and React as its own. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lakeshore-sdk-"));
  const modules = path.join(folder, "node_modules");
  await mkdir(modules);
  files = await buildSdk(path.join(modules, "lakeshore-beacon"));
  for (const name of ["react", "react-dom", "@types", "csstype"])
    await symlink(path.join(ROOT, "node_modules", name), path.join(modules, name));
});

afterAll(() => rm(folder, { recursive: true }));

it("stays under its ceilings", () => {
  expect(files.map(({ name }) => name)).toEqual(Object.keys(GZIP_BYTES_MAX));
  for (const { name, gzipBytes } of files) {
    expect(gzipBytes, name).toBeGreaterThan(500);
    expect(gzipBytes, name).toBeLessThan(GZIP_BYTES_MAX[name] ?? 0);
  }
});

it("holds what its manifest names, and nothing of the source", async () => {
  const root = path.join(folder, "node_modules/lakeshore-beacon");
  const names = (await readdir(root)).sort();
  expect(names).toEqual([
    "api.d.ts",
    "beacon.js",
    "index.d.ts",
    "index.js",
    "package.json",
    "react.d.ts",
    "react.js",
  ]);
  const { exports } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
  for (const entry of Object.values(exports)) {
    for (const file of typeof entry === "string" ? [entry] : Object.values(entry as object))
      expect(names).toContain(String(file).slice(2));
  }
  for (const name of names.filter((one) => one.endsWith(".d.ts")))
    expect(await readFile(path.join(root, name), "utf8")).not.toMatch(/from "\.[^"]*\.ts"/);
});

const APP = `
import { connect, type Answer } from "lakeshore-beacon";
import { LakeshoreProvider, Recommendations, useRecommendations } from "lakeshore-beacon/react";
import { createElement } from "react";
const client = connect({ key: "pk_shop_x", api: "https://recs.shop.example", consent: "granted" });
client.purchase("sku-1", { value: 19.9, quantity: 1, currency: "EUR" });
const List = () => {
  const { answer }: { answer: Answer | null } = useRecommendations({ scenario: "home" });
  return createElement("b", null, answer?.items[0]?.title);
};
export const app = createElement(LakeshoreProvider, { client }, createElement(List), createElement(Recommendations, { scenario: "home", limit: 3 }));
`;

it("is typed for an app, and refuses what is wrong", async () => {
  const compile = async (name: string, text: string) => {
    await writeFile(path.join(folder, name), text);
    const options = ["--ignoreConfig", "--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
    const tsc = path.join(ROOT, "node_modules/.bin/tsc");
    return run(tsc, [...options, "--types", "", "--lib", "es2022,dom", name], { cwd: folder }).then(
      () => "",
      ({ stdout }: { stdout: string }) => stdout,
    );
  };
  await writeFile(path.join(folder, "package.json"), '{"type": "module"}');
  expect(await compile("app.ts", APP)).toBe("");
  expect(await compile("wrong.ts", APP.replace("value: 19.9", 'value: "much"'))).toContain(
    "is not assignable to type 'number'",
  );
});

it("renders on a server: skeletons hold the list's place, and nothing is asked or told", async () => {
  await writeFile(
    path.join(folder, "server.mjs"),
    `${APP.replace(", type Answer", "").replace(": { answer: Answer | null }", "")}
import { renderToString } from "react-dom/server";
globalThis.fetch = () => { throw new Error("asked"); };
console.log(renderToString(app));`,
  );
  const { stdout } = await run(process.execPath, ["server.mjs"], { cwd: folder });
  expect(stdout.match(/<li /g)).toHaveLength(3);
  expect(stdout).toContain('aria-busy="true"');
  expect(stdout).toContain('data-ls-scenario="home"');
  expect(stdout).not.toContain("data-ls-rec=");
});
