import { type Engine, err, ok, type Result, type Session, type Tensor } from "../base/index.ts";
import { type Catalogue, heldBytes, readCatalog } from "../catalogue/index.ts";
import { type Manifest, readArtifactFile, readManifest } from "../registry/index.ts";
import { CompiledColumns } from "../rules/index.ts";
import { candidateFeeds, historyFeeds } from "./feeds.ts";
import type { ScoringPorts } from "./ports.ts";
import { fetchRanker, type LiveRanker, type RankerParts, startRanker } from "./ranker.ts";
import { fetchSideFiles, type SideFiles } from "./side-files.ts";

/** A version's files, checked, not yet in the engine. */
export interface Artifact {
  manifest: Manifest;
  catalogue: Catalogue;
  graph: Uint8Array<ArrayBuffer>;
  /** Null: it has none. An error: it must do without it. */
  ranker: Result<RankerParts> | null;
  items: ModelItems;
  /** What the model will hold in memory. */
  bytes: number;
}

/** What a model's version knows of its items besides their fields. */
export interface ModelItems extends SideFiles {
  /** What rules are compiled over, and with. */
  rules: CompiledColumns;
  /** [N] Indices, most popular first. */
  popular: Uint32Array;
}

/** A model that answers. */
export interface LiveModel {
  manifest: Manifest;
  catalogue: Catalogue;
  items: ModelItems;
  bytes: number;
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  ranker: LiveRanker | null;
  /** Why there is none although the version has one. */
  rankerProblem: string | null;
  /** Keeps the sessions alive for work of several runs. */
  during<T>(work: () => Promise<T>): Promise<T>;
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
  const ranker = await fetchRanker(store, manifest);
  const items = await attempt(() => readItems({ store, sleep }, manifest, catalogue.value));
  if (!items.ok) return items;
  const bytes = graph.value.byteLength + items.value.bytes;
  return ok({
    manifest,
    catalogue: catalogue.value,
    graph: graph.value,
    ranker,
    items: items.value,
    bytes: bytes + (ranker?.ok === true ? ranker.value.bytes : 0),
  });
}

async function readItems(
  { store, sleep }: Pick<ScoringPorts, "store" | "sleep">,
  manifest: Manifest,
  catalogue: Catalogue,
): Promise<ModelItems> {
  const columns = await catalogue.ruleColumns(() => sleep(0));
  const files = await fetchSideFiles(store, manifest);
  const { size, popularity } = catalogue;
  const popular = Uint32Array.from({ length: size }, (_, index) => index);
  // An unknown popularity is the least; equal ones stay in the order of their index.
  const rank = (index: number) => (Number.isNaN(popularity[index]) ? -1 : (popularity[index] as number));
  popular.sort((a, b) => rank(b) - rank(a) || a - b);
  const bytes = files.bytes + heldBytes(catalogue, columns);
  return { ...files, rules: new CompiledColumns(columns), popular, bytes };
}

/** Creates the session and runs it once, so that the first request finds everything compiled and allocated; others are answered between the steps. */
export async function startModel(
  { engine, sleep }: Pick<ScoringPorts, "engine" | "sleep">,
  artifact: Artifact,
): Promise<Result<LiveModel>> {
  const { manifest, catalogue, items, bytes } = artifact;
  const session = await attempt(() => engine.load(artifact.graph, { quickly: true }));
  if (!session.ok) return session;
  await sleep(0);
  const warmed = await attempt(() => session.value.run(warmUpFeeds(manifest)));
  if (!warmed.ok) {
    await session.value.release();
    return warmed;
  }
  await sleep(0);
  const second = await startSecond(engine, artifact);
  const uses = countUses([session.value, ...second.sessions]);
  return ok({
    manifest,
    catalogue,
    items,
    bytes,
    run: (feeds) => uses.during(() => session.value.run(feeds)),
    ranker: second.ranker,
    rankerProblem: second.problem,
    ...uses,
  });
}

interface SecondStage {
  ranker: LiveRanker | null;
  problem: string | null;
  sessions: Session[];
}

/** A second stage that cannot be started is no reason to be without the first. */
async function startSecond(engine: Engine, { ranker: parts }: Artifact): Promise<SecondStage> {
  const without = (problem: string | null): SecondStage => ({ ranker: null, problem, sessions: [] });
  if (parts === null) return without(null);
  if (!parts.ok) return without(parts.error);
  const session = await attempt(() => engine.load(parts.value.graph, { quickly: true }));
  if (!session.ok) return without(session.error);
  const ranker = startRanker(parts.value, session.value);
  const { candidates, featureCount } = parts.value;
  const warmed = await attempt(() => ranker.run(new Float32Array(candidates * featureCount)));
  if (warmed.ok) return { ranker, problem: null, sessions: [session.value] };
  await session.value.release();
  return without(warmed.error);
}

function warmUpFeeds({ itemCount, lateFeatureCount }: Manifest): Record<string, Tensor> {
  const late: Tensor = { type: "float32", dims: [0, lateFeatureCount], data: new Float32Array(0) };
  const entry = { index: 0, weight: 1, ageS: 0, typeCode: 1 };
  return { ...historyFeeds([entry]), ...candidateFeeds(late, new Float32Array(itemCount), 1) };
}

function countUses(sessions: readonly Session[]): Pick<LiveModel, "during" | "retire"> {
  let running = 0;
  let retired = false;
  // Nobody waits for the release: what it could fail with leaves nothing to be done.
  const releaseWhenIdle = () => {
    if (!retired || running > 0) return;
    for (const session of sessions) session.release().catch(() => undefined);
  };
  return {
    async during(work) {
      running++;
      try {
        return await work();
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
