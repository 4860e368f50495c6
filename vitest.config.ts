import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { SummaryReporter } from "./scripts/summary-reporter.ts";

/** Three kinds of tests: pure rooms in Node, bindings in workerd, and whole Workers in one local runtime. */
export default defineConfig({
  test: {
    reporters: ["default", new SummaryReporter()],
    projects: [
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: ["test/workerd/**", "test/circle/**"],
          testTimeout: 30_000,
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: "./test/workerd/wrangler.toml" } })],
        test: {
          name: "workerd",
          include: ["test/workerd/**/*.test.ts"],
          // The first use of ONNX Runtime takes about 9 s: 14 MB of Wasm go through the module loader.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "circle",
          include: ["test/circle/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // Each file starts a workerd of its own: one at a time on a small machine.
          fileParallelism: false,
        },
      },
    ],
  },
});
