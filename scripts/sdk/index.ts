/** The browser's side as a package for npm: what single-page apps and React import in place of the script tag. */
import path from "node:path";
import type { Command } from "commander";
import { ROOT } from "../local/workers.ts";

export function registerSdk(program: Command): void {
  program
    .command("sdk")
    .description("make the browser's package: the script, an ES module and React, with types")
    .option(
      "--out <folder>",
      "where it is made; ready for `npm publish` or `npm install <folder>`",
      "dist/sdk",
    )
    .action(async ({ out }: { out: string }) => {
      const { buildSdk } = await import("./build.ts");
      const files = await buildSdk(path.resolve(ROOT, out));
      for (const { name, gzipBytes } of files) console.log(`${name}  ${gzipBytes} B gzipped`);
      console.log(`in ${out}: npm publish ${out}, or npm install ${out} beside your app`);
    });
}
