import path from "node:path";
import { expect, it } from "vitest";
import { bundleWorker } from "../../scripts/local/bundle.ts";
import { ROOT } from "../tidy/source-files.ts";

/** Bytes of the edge's script, not minified; half are zod. Raised only with a reason. */
const EDGE_SCRIPT_BYTES_MAX = 600_000;

it("keeps the edge Worker small, without Parquet, ONNX Runtime or the database layer", async () => {
  const { modules, scriptBytes } = await bundleWorker(path.join(ROOT, "workers/edge.ts"));
  expect(scriptBytes).toBeLessThan(EDGE_SCRIPT_BYTES_MAX);
  // One module: no Wasm, no data beside the script.
  expect(modules.map((module) => module.path)).toEqual(["index.js"]);
  const script = String(modules[0]?.contents);
  for (const name of ["onnxruntime", "hyparquet", "drizzle"]) expect(script.includes(name), name).toBe(false);
});
