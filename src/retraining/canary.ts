import type { Session } from "../base/index.ts";
import { type Manifest, readArtifactFile } from "../registry/index.ts";
import { checkGolden, type Golden, goldenFeeds } from "./golden.ts";
import type { RetrainPorts } from "./ports.ts";

/** Mean of one answer. Serving's own limit for the scorer is near; a file this slow answers nobody in time. */
const ANSWER_MS_MAX = 50;
/** The clock stands still while a Worker computes and moves on when the thread is handed back: many runs, then one look. */
const TIMED_RUNS = 20;

export interface Flaw {
  reason: string;
  /** By the clock, which whatever else the machine does holds up: the same files may do well another time. */
  isTimed: boolean;
}

/**
 * The published files as the scorer will meet them: read back from the store with the manifest's hashes, loaded with all that stands beside them,
 * and asked. Null when all is well, else what is not; the pointer then stays where it is.
 */
export async function canary(ports: RetrainPorts, manifest: Manifest): Promise<Flaw | null> {
  const { store } = ports;
  const refused = await ports.tryInScorer(manifest);
  if (refused !== null) return flawOf(refused);
  const onnx = await readArtifactFile(store, manifest, "model.onnx");
  if (!onnx.ok) return flawOf(onnx.error);
  const golden = await readArtifactFile(store, manifest, "golden.json");
  if (!golden.ok) return flawOf(golden.error);
  // What was loaded first has kept the thread for a while.
  await ports.yieldTo();
  const asked = JSON.parse(new TextDecoder().decode(golden.value)) as Golden;
  return askAll(ports, manifest, { onnx: onnx.value, asked });
}

async function askAll(
  ports: RetrainPorts,
  { itemCount }: Manifest,
  { onnx, asked }: { onnx: Uint8Array<ArrayBuffer>; asked: Golden },
): Promise<Flaw | null> {
  let session: Session;
  try {
    session = await ports.engine.load(onnx);
  } catch (cause) {
    return flawOf(`the engine does not load it: ${cause instanceof Error ? cause.message : cause}`);
  }
  try {
    const wrong = await checkGolden(session, asked, {
      itemCount,
      yieldTo: ports.yieldTo,
    });
    if (wrong !== null) return flawOf(wrong);
    const longest = asked.requests.reduce((most, one) =>
      one.history.length > most.history.length ? one : most,
    );
    const feeds = goldenFeeds(longest.history, itemCount);
    await ports.yieldTo();
    const startedMs = ports.clock();
    for (let run = 0; run < TIMED_RUNS; run++) await session.run(feeds);
    await ports.yieldTo();
    const meanMs = (ports.clock() - startedMs) / TIMED_RUNS;
    if (meanMs <= ANSWER_MS_MAX) return null;
    const reason = `an answer takes ${meanMs.toFixed(0)} ms, and may take ${ANSWER_MS_MAX} ms`;
    return { reason, isTimed: true };
  } catch (cause) {
    return flawOf(`the engine does not run it: ${cause instanceof Error ? cause.message : cause}`);
  } finally {
    await session.release();
  }
}

function flawOf(reason: string): Flaw {
  return { reason, isTimed: false };
}
