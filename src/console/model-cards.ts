import { useEffect, useState } from "preact/hooks";
import { get } from "./api.ts";

export interface Interval {
  value: number;
  low: number;
  high: number;
}

export interface Metric {
  model: Interval;
  popularity: Interval;
  difference: Interval;
}

export interface ModelCard {
  version: string;
  createdAtMs: number;
  learner: string;
  itemCount: number;
  data: { interactions: number; users: number };
  metrics: Record<string, Metric>;
  evaluation: { protocol: string; cases: number; users: number };
  gate?: { reason: string; exposure: Record<string, Exposure> };
  cost?: { cpuSeconds: number; dollars: number };
}

export interface Exposure {
  coverage: number;
  recentShare: number;
  gini?: number;
  novelty?: number;
}

export interface Models {
  live: {
    version: string;
    promoted_at: number;
    pinned: boolean;
    previous: string[];
    taken_back?: { version: string; reason: string };
  } | null;
  versions: string[];
  runs: {
    run_id: string;
    requested_at: number;
    status: string;
    started_by: string;
    seconds: number;
    learner: string | null;
    version: string | null;
    refusal: string | null;
  }[];
}

/** What the gate goes by. */
export const METRIC = "ndcg@10";

/** Cards never change: each is asked for once. Null for one that could not be had; not there at all yet: on its way. */
export function useCards(versions: readonly string[]): ReadonlyMap<string, ModelCard | null> {
  const [cards, setCards] = useState<ReadonlyMap<string, ModelCard | null>>(new Map());
  const missing = versions.filter((version) => !cards.has(version)).join(",");
  useEffect(() => {
    for (const version of missing === "" ? [] : missing.split(",")) {
      const keep = (card: ModelCard | null) => setCards((before) => new Map(before).set(version, card));
      get<ModelCard>(`/v1/admin/models/${version}`).then(keep, () => keep(null));
    }
  }, [missing]);
  return cards;
}
