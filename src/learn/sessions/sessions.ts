import { discard } from "../../base/index.ts";
import type { Learner } from "../model/learner.ts";
import { cutSessions } from "./cut.ts";
import { sessionScores } from "./graph-sessions.ts";
import { itemNeighbours } from "./neighbours.ts";
import { sessionTables } from "./tables.ts";

/** Newest rows that are kept: the tables of a million rows take 12 MB. */
const ROWS_MAX = 1_000_000;

/**
 * Session neighbours: the items that stood near those of the history in the sessions most like it (vector multiplication
 * session kNN: Kersbergen et al., SIGMOD 2022; weights by distance, position and recency: Garg et al., SIGIR 2019, and
 * Ludewig et al., UMUAI 2021), and what the history itself holds, which often returns. Nothing is solved: the sessions are the
 * model. Long histories are cut into sessions. Costs about 2 s per million rows, and 1–2 ms an answer.
 */
export const sessions: Learner = {
  name: "sessions",
  suits: ({ isOrdered, items }) => isOrdered && items > 1,
  ladders: ({ isTimed, maskSeen }) => [
    { name: "matchDecay", values: [1, 2.5, 6, 15], start: 1 },
    ...(maskSeen ? [] : [{ name: "repeat", values: [0, 1, 3, 10], start: 2 }]),
    { name: "reach", values: [0, 0.5, 1, 2, 4], start: 2 },
    { name: "distanceDecay", values: [1, 2, 4, 10], start: 1 },
    { name: "before", values: [0, 0.3, 1], start: 2 },
    { name: "recency", values: [0.1, 0.3, 1, 4], start: 2 },
    { name: "trend", values: [0, 0.15, 0.3, 0.5], start: 2 },
    ...(isTimed ? [{ name: "gapHours", values: [0, 1, 24], start: 0 }] : []),
  ],
  workSeconds: ({ rows, items }) => rows * 1e-6 + items * 1e-5,
  async fit(dataset, parameters, { onProgress }, { pace, onRowsRead }) {
    const { gapHours = 0, recency = 1, trend = 0, reach = 0 } = parameters;
    const cut = await cutSessions(dataset, { gapHours, rowsMax: ROWS_MAX }, pace);
    onProgress?.(0.3, "sessions are cut");
    const tables = await sessionTables(dataset, cut, { recency, trend }, pace);
    discard(cut.starts, cut.ends);
    onRowsRead?.();
    onProgress?.(0.7, "sessions are laid out");
    const itemCount = dataset.itemIds.length;
    const second = reach === 0 ? {} : await itemNeighbours(tables, { itemCount, parameters }, pace);
    onProgress?.(1, "items have neighbours");
    return { learner: "sessions", parameters, itemCount, tensors: { ...tables, ...second } };
  },
  scores: sessionScores,
};
