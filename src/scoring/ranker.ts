import { assert, err, ok, type Result, type Session } from "../base/index.ts";
import {
  decodeRankingItems,
  RANKING_ITEMS_FILE,
  type RankingItems,
  type RankingWriter,
  rankingWriter,
  readsContext,
} from "../catalogue/index.ts";
import { type Manifest, readArtifactFile } from "../registry/index.ts";
import type { ScoringPorts } from "./ports.ts";

/** The file of an artifact's second stage. */
const RANKER_FILE = "ranker.onnx";

/** A second stage's files, checked, not yet in the engine. */
export interface RankerParts {
  graph: Uint8Array<ArrayBuffer>;
  items: RankingItems;
  write: RankingWriter;
  featureCount: number;
  /** How many of retrieval's best it orders. */
  candidates: number;
  usesContext: boolean;
  /** What it will hold in memory. */
  bytes: number;
}

/** A second stage that answers. */
export interface LiveRanker extends Omit<RankerParts, "graph"> {
  /** `features` [C, featureCount] → scores [C]. Rejects when the graph does not give a number for each. */
  run(features: Float32Array): Promise<Float32Array>;
}

/** Null when the version has none. An error says why it has to do without it. */
export async function fetchRanker(
  store: ScoringPorts["store"],
  manifest: Manifest,
): Promise<Result<RankerParts> | null> {
  const { ranker: card } = manifest;
  if (card?.attached !== true) return null;
  const graph = await readArtifactFile(store, manifest, RANKER_FILE);
  if (!graph.ok) return graph;
  const file = await readArtifactFile(store, manifest, RANKING_ITEMS_FILE);
  if (!file.ok) return file;
  const items = decodeRankingItems(file.value);
  if (!items.ok) return items;
  if (items.value.size !== manifest.itemCount) {
    return err(
      `${RANKING_ITEMS_FILE} has ${items.value.size} items, the manifest says ${manifest.itemCount}`,
    );
  }
  const write = rankingWriter(card.features, items.value.counterNames);
  if (write === null) return err("its ranker asks for a feature that this scorer does not know");
  return ok({
    graph: graph.value,
    items: items.value,
    write,
    featureCount: card.features.length,
    candidates: card.candidates,
    usesContext: readsContext(card.features),
    bytes: graph.value.byteLength + file.value.byteLength,
  });
}

/** `session` is of the parts' graph. */
export function startRanker({ graph: _, ...parts }: RankerParts, session: Session): LiveRanker {
  return {
    ...parts,
    async run(features) {
      const rows = features.length / parts.featureCount;
      const dims = [rows, parts.featureCount];
      const { scores } = await session.run({ features: { type: "float32", dims, data: features } });
      assert(
        scores?.type === "float32" && scores.data.length === rows && scores.data.every(Number.isFinite),
        "a ranker gives a number for every candidate",
      );
      return scores.data;
    },
  };
}
