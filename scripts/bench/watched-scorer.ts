import Scorer from "../../workers/scorer.ts";
import { wasmBytes } from "./quality/wasm-memory.ts";

/** The scorer Worker as it is, which also tells how much Wasm memory it has: the inspector does not know. */
export default class WatchedScorer extends Scorer {
  override fetch(): Response {
    return Response.json({ wasmBytes: wasmBytes() });
  }
}
