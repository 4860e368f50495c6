import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundleScript } from "../local/assets.ts";
import { ROOT } from "../local/workers.ts";

const SOURCE = path.join(ROOT, "src/beacon");
/** Entry of the package → what it is made from. */
const MODULES = { "index.js": "module.ts", "react.js": "react.ts" } as const;
/** What every browser of the last five years runs. */
const TARGET = "es2020";

export interface SdkFile {
  name: string;
  gzipBytes: number;
}

/** Makes the package anew in `folder`; what stood there goes. */
export async function buildSdk(folder: string): Promise<SdkFile[]> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await bundleScript(path.join(SOURCE, "index.ts"), path.join(folder, "beacon.js"));
  for (const [name, entry] of Object.entries(MODULES)) {
    await bundleModule(path.join(SOURCE, entry), path.join(folder, name));
  }
  await declare(folder);
  await writeFile(path.join(folder, "package.json"), `${JSON.stringify(await manifest(), null, 2)}\n`);
  const scripts = ["beacon.js", ...Object.keys(MODULES)];
  return Promise.all(
    scripts.map(async (name) => {
      const code = await readFile(path.join(folder, name));
      return { name, gzipBytes: gzipSync(code, { level: 9 }).byteLength };
    }),
  );
}

/** React stays the app's own. */
export async function bundleModule(entry: string, outfile: string): Promise<void> {
  await build({
    ...{ entryPoints: [entry], outfile, bundle: true, minify: true, format: "esm", target: TARGET },
    ...{ external: ["react"], logLevel: "error", legalComments: "none" },
  });
}

/** The types as TypeScript declares them; an import of `./api.ts` is one of `./api.js` in what is published. */
async function declare(folder: string): Promise<void> {
  const options = [
    ...["--ignoreConfig", "--declaration", "--emitDeclarationOnly", "--noCheck", "--skipLibCheck"],
    ...["--target", "es2022", "--lib", "es2024,dom,dom.iterable", "--module", "esnext"],
    ...["--moduleResolution", "bundler", "--allowImportingTsExtensions", "--outDir", folder],
  ];
  const entries = Object.values(MODULES).map((entry) => path.join(SOURCE, entry));
  const compiler = path.join(ROOT, "node_modules/.bin/tsc");
  await promisify(execFile)(compiler, [...options, ...entries], { cwd: ROOT });
  const wanted = new Map<string, string>([["api.d.ts", "api.d.ts"]]);
  for (const [name, entry] of Object.entries(MODULES)) {
    wanted.set(entry.replace(".ts", ".d.ts"), name.replace(".js", ".d.ts"));
  }
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".d.ts"))) {
    const text = await readFile(path.join(folder, file), "utf8");
    await rm(path.join(folder, file));
    const name = wanted.get(file);
    if (name !== undefined) await writeFile(path.join(folder, name), text.replaceAll("./api.ts", "./api.js"));
  }
}

async function manifest(): Promise<object> {
  const own = JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8"));
  const entry = (name: string) => ({ types: `./${name}.d.ts`, default: `./${name}.js` });
  return {
    name: "lakeshore-beacon",
    version: own.version,
    description: "Lakeshore in the browser: events out, recommendations in.",
    license: own.license,
    type: "module",
    sideEffects: ["./beacon.js"],
    exports: { ".": entry("index"), "./react": entry("react"), "./beacon.js": "./beacon.js" },
    peerDependencies: { react: ">=18" },
    peerDependenciesMeta: { react: { optional: true } },
  };
}
