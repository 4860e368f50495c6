import path from "node:path";
import { expect, it } from "vitest";
import { bundleWorker } from "../../scripts/local/bundle.ts";
import { ROOT } from "../tidy/source-files.ts";

// Its size is held with the other Workers', in test/tidy.
it("keeps the edge Worker without Parquet, ONNX Runtime or the database layer", async () => {
  const { modules } = await bundleWorker(path.join(ROOT, "workers/edge.ts"));
  // One module: no Wasm, no data beside the script.
  expect(modules.map((module) => module.path)).toEqual(["index.js"]);
  const script = String(modules[0]?.contents);
  for (const name of ["onnxruntime", "hyparquet", "drizzle"]) expect(script.includes(name), name).toBe(false);
});
