import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { ROOT } from "./workers.ts";

/** Where the edge's config looks for its assets. */
export const ASSETS_FOLDER = path.join(ROOT, "dist/assets");

const SCRIPTS = [
  { entry: "src/beacon/index.ts", name: "beacon.js" },
  { entry: "src/shop/main.ts", name: "shop.js" },
];
const COPIES = ["src/shop/index.html", "src/shop/style.css"];
/** Served under `/console`. */
const CONSOLE = "src/console";
/** No page may show the console within its own, where somebody could be made to press its buttons unseen. A page cannot say so of itself. */
const HEADERS = `/console/*
  X-Frame-Options: DENY
  Content-Security-Policy: frame-ancestors 'none'
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
`;

/** What the demo page must know of its server; it reads `/demo.json`. */
export interface DemoFile {
  /** The publishable key. */
  key: string;
  tenant: string;
  title: string;
  /** The stored scenario of its first shelf, and what to tell of it. */
  home: { scenario: string; note: string };
  /** Where its button asks for a new item. */
  newcomers: string;
  /** With the tokens by which it is told each one's reasons. */
  shoppers: { userId: string; label: string; userToken: string }[];
}

/** Builds the beacon, the demo page and the console into static files. */
export async function buildAssets(folder: string = ASSETS_FOLDER): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([
    ...SCRIPTS.map(({ entry, name }) => bundleScript(path.join(ROOT, entry), path.join(folder, name))),
    ...COPIES.map((file) => copyFile(path.join(ROOT, file), path.join(folder, path.basename(file)))),
    buildConsole(path.join(folder, "console")),
    writeFile(path.join(folder, "_headers"), HEADERS),
  ]);
}

/**
 * The console: one page, one style sheet, its plots' own style included, and a module with the parts that it loads when they are asked for. Those
 * are named by what is in them: a browser never has parts of two builds.
 */
export async function buildConsole(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const source = path.join(ROOT, CONSOLE);
  await Promise.all([
    copyFile(path.join(source, "index.html"), path.join(folder, "index.html")),
    build({
      entryPoints: [path.join(source, "main.tsx"), path.join(source, "console.css")],
      ...{ entryNames: "[name]", chunkNames: "[name]-[hash]", splitting: true },
      ...{ outdir: folder, bundle: true, minify: true, format: "esm", target: "es2022" },
      ...{ logLevel: "error", legalComments: "none", tsconfig: path.join(source, "tsconfig.json") },
    }),
  ]);
}

/**
 * Tells the demo page its key and shoppers. The runtime lists the files of the folder when it starts and reads them when
 * asked: the file must be there before the start (null), and may be filled after.
 */
export async function writeDemoFile(folder: string, demo: DemoFile | null): Promise<void> {
  await writeFile(path.join(folder, "demo.json"), JSON.stringify(demo));
}

/** One self-contained classic script: it loads by a plain `<script>` tag on any page. */
export async function bundleScript(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2020",
    logLevel: "error",
    legalComments: "none",
  });
}
