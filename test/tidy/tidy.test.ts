import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { unstable_readConfig } from "wrangler";
import { ROOT, sourceFiles } from "./source-files.ts";

const LINES_MAX = 220;

/** Calls that have a named replacement below `workers/`, and the files that may use them with the reason. */
const BANNED: { pattern: RegExp; instead: string; allowed: Record<string, string> }[] = [
  { pattern: /\bDate\.now\(|\bnew Date\(\)/, instead: "a Clock passed in", allowed: {} },
  { pattern: /\bperformance\.now\(/, instead: "a Clock passed in", allowed: {} },
  { pattern: /\bMath\.random\(/, instead: "a Prng passed in", allowed: {} },
  { pattern: /\bcrypto\.(randomUUID|getRandomValues)\(/, instead: "random bytes passed in", allowed: {} },
  { pattern: /\bconsole\./, instead: "a port or a returned trace", allowed: {} },
];

/** The browser's own entries: nothing stands above them that could pass a clock in. */
const BROWSER_ENTRIES = ["src/beacon/browser-ports.ts", "src/console/", "src/shop/"];

describe("the tree", () => {
  it(`has no source file over ${LINES_MAX} lines`, () => {
    const long = [...sourceFiles("src"), ...sourceFiles("workers"), ...sourceFiles("scripts")]
      .filter((file) => !file.path.startsWith("workers/types/"))
      .map((file) => ({ path: file.path, lines: file.text.split("\n").length }))
      .filter(({ lines }) => lines > LINES_MAX);
    expect(long).toEqual([]);
  });

  it("has no ambient time, randomness or logging below the Workers", () => {
    const found = sourceFiles("src")
      .filter((file) => !BROWSER_ENTRIES.some((entry) => file.path.startsWith(entry)))
      .flatMap((file) =>
        BANNED.filter(
          ({ pattern, allowed }) => pattern.test(file.text) && allowed[file.path] === undefined,
        ).map(({ pattern, instead }) => `${file.path} uses ${pattern.source}: use ${instead}`),
      );
    expect(found).toEqual([]);
  });

  it("has no attic: no file or folder called utils, helpers, common, misc or services", () => {
    const attics = [...sourceFiles("src"), ...sourceFiles("workers"), ...sourceFiles("scripts")]
      .map((file) => file.path)
      .filter((file) => /(^|\/)(utils?|helpers?|common|misc|services?)(\/|\.)/.test(file));
    expect(attics).toEqual([]);
  });

  it("gives the Workers that compute their five CPU-minutes", () => {
    for (const name of ["pipeline", "trainer"]) {
      const config = unstable_readConfig({ config: path.join(ROOT, `workers/${name}.toml`) });
      expect(config.limits?.cpu_ms, name).toBe(300_000);
    }
  });
});

describe("the package", () => {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };

  it("pins every dependency exactly, in a lock file without download addresses", () => {
    const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(ranges).toEqual([]);
    expect(readFileSync(path.join(ROOT, "package-lock.json"), "utf8")).not.toMatch(
      /"resolved"|https?:\/\/[^"]*\.tgz/,
    );
  });

  it("uses every dependency somewhere", () => {
    const specifiers = ["src", "workers", "scripts", "test"].flatMap((folder) =>
      sourceFiles(folder).flatMap((file) => file.imports.map(({ specifier }) => specifier)),
    );
    // Run as programs, or bring types only.
    const programs = [
      "node",
      "typescript",
      "@biomejs/biome",
      "@types/node",
      "@types/react",
      "@types/papaparse",
      "@cloudflare/vitest-plugin",
    ];
    const unused = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      (name) => !programs.includes(name) && !specifiers.some((specifier) => specifier.startsWith(name)),
    );
    expect(unused).toEqual([]);
  });
});
