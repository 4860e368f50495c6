import path from "node:path";
import { describe, expect, it } from "vitest";
import { bundleWorker } from "../../scripts/local/bundle.ts";
import { ROOT } from "./source-files.ts";

/** Ceilings of our own JavaScript, before minification; the reason of each raise stands beside it. */
const CEILING_BYTES = {
  // hono, zod with its translation to JSON Schema, and the routes: those of the console are 40 KB; what lists below the model's may hold, and what is told
  // of users whom nobody vouches for.
  edge: 625_000,
  // zod, hyparquet and ONNX Runtime's glue, whose 14 MB of Wasm are a module of their own; the compiler of rules, and what it tells of its lists.
  scorer: 620_000,
  // hyparquet, hyparquet-writer, drizzle-orm and zod; then the table format, the jobs between the layers, maintenance, quality; and what people are told:
  // outcome with its experiments, the doctor, tables, what was set aside.
  pipeline: 1_120_000,
  // What the scorer has, the lake with its table format, and the learners: the differentiator, the study and the ranker's trees too.
  trainer: 1_400_000,
};

describe("bundles", () => {
  for (const [worker, ceiling] of Object.entries(CEILING_BYTES)) {
    it(`keeps ${worker} under ${ceiling / 1_000} KB`, async () => {
      const { scriptBytes } = await bundleWorker(path.join(ROOT, `workers/${worker}.ts`));
      expect(scriptBytes).toBeLessThan(ceiling);
      // Far below the ceiling the ceiling watches nothing.
      expect(scriptBytes).toBeGreaterThan(ceiling * 0.7);
    });
  }

  it("attaches ONNX Runtime's Wasm to the scorer and the trainer only", async () => {
    const attached = async (worker: string) => {
      const { modules } = await bundleWorker(path.join(ROOT, `workers/${worker}.ts`));
      return modules.filter((module) => module.type === "CompiledWasm").map((module) => module.path);
    };
    expect(await attached("edge")).toEqual([]);
    expect(await attached("pipeline")).toEqual([]);
    expect(await attached("scorer")).toEqual(["ort-wasm-simd-threaded.wasm"]);
    expect(await attached("trainer")).toEqual(["ort-wasm-simd-threaded.wasm"]);
  });
});
