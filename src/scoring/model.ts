import { type Engine, err, ok, type Result, type Session, type Tensor } from "../base/index.ts";
import { type Catalogue, readCatalog } from "../catalogue/index.ts";
import { type Manifest, readArtifactFile, readManifest } from "../registry/index.ts";
import { candidateFeeds, historyFeeds } from "./feeds.ts";
import type { ScoringPorts } from "./ports.ts";

/** A version's files, checked, not yet in the engine. */
export interface Artifact {
  manifest: Manifest;
  catalogue: Catalogue;
  graph: Uint8Array<ArrayBuffer>;
  /** What the model will hold in memory. */
  bytes: number;
}

/** A model that answers. */
export interface LiveModel {
  manifest: Manifest;
  catalogue: Catalogue;
  bytes: number;
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  /** Frees the session once the runs under way have ended; none may be started after. */
  retire(): void;
}

/** Reads and checks a version. An error is the artifact's fault and will not go away; a throw is the store's. */
export async function fetchArtifact(
  { store, sleep }: Pick<ScoringPorts, "store" | "sleep">,
  tenant: string,
  version: string,
): Promise<Result<Artifact>> {
  const manifest = await readManifest(store, tenant, version);
  if (manifest === null) return err("its manifest is missing or cannot be read");
  const graph = await readArtifactFile(store, manifest, "model.onnx");
  if (!graph.ok) return graph;
  const catalog = await readArtifactFile(store, manifest, "catalog.parquet");
  if (!catalog.ok) return catalog;
  const catalogue = await attempt(() => readCatalog(catalog.value, { yieldTo: () => sleep(0) }));
  if (!catalogue.ok) return catalogue;
  if (catalogue.value.size !== manifest.itemCount || manifest.itemCount === 0) {
    return err(`its catalogue has ${catalogue.value.size} items, its manifest says ${manifest.itemCount}`);
  }
  // The graph's weights, the catalogue, and a base bias with the buffers lent from it.
  const bytes = graph.value.byteLength + catalogue.value.bytes + 5 * 4 * manifest.itemCount;
  return ok({ manifest, catalogue: catalogue.value, graph: graph.value, bytes });
}

/** Creates the session and runs it once, so that the first request finds everything compiled and allocated. */
export async function startModel(engine: Engine, artifact: Artifact): Promise<Result<LiveModel>> {
  const { manifest, catalogue, bytes } = artifact;
  const session = await attempt(() => engine.load(artifact.graph));
  if (!session.ok) return session;
  const warmed = await attempt(() => session.value.run(warmUpFeeds(manifest)));
  if (!warmed.ok) {
    await session.value.release();
    return warmed;
  }
  return ok({ manifest, catalogue, bytes, ...countRuns(session.value) });
}

function warmUpFeeds({ itemCount, lateFeatureCount }: Manifest): Record<string, Tensor> {
  const late: Tensor = { type: "float32", dims: [0, lateFeatureCount], data: new Float32Array(0) };
  const entry = { index: 0, weight: 1, ageS: 0, typeCode: 1 };
  return { ...historyFeeds([entry]), ...candidateFeeds(late, new Float32Array(itemCount), 1) };
}

function countRuns(session: Session): Pick<LiveModel, "run" | "retire"> {
  let running = 0;
  let retired = false;
  // Nobody waits for the release: what it could fail with leaves nothing to be done.
  const releaseWhenIdle = () => {
    if (retired && running === 0) session.release().catch(() => undefined);
  };
  return {
    async run(feeds) {
      running++;
      try {
        return await session.run(feeds);
      } finally {
        running--;
        releaseWhenIdle();
      }
    },
    retire() {
      retired = true;
      releaseWhenIdle();
    },
  };
}

async function attempt<T>(action: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await action());
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
