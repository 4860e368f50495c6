import { type Engine, HISTORY_MAX, TRAIN_INTERACTIONS_MIN } from "../../src/base/index.ts";
import { contentFeatures, LATE_FEATURES } from "../../src/catalogue/index.ts";
import type { Item } from "../../src/events/index.ts";
import {
  type Chosen,
  ContentBuilder,
  createDataset,
  type Dataset,
  type InteractionRow,
  refitSlice,
  type Study,
  type StudyPorts,
  type StudyRequest,
  splitByTime,
  studySlice,
} from "../../src/learn/index.ts";

export interface TrainerOptions {
  seed: number;
  engine: Engine;
  /** Estimated CPU-seconds of a study. */
  budgetSeconds: number;
  /** Absent: all that suit the data. */
  learners?: readonly string[];
}

/** What a night's study came to. */
export interface StudyNote {
  /** Rows of the log by then. */
  interactions: number;
  learners: string[];
  reason: string;
}

export interface Trainer {
  /** So far, in order. */
  readonly studies: readonly StudyNote[];
  /** The exported graph over `items` in their order; null while there is too little to learn from. */
  train(rows: readonly InteractionRow[], items: readonly Item[]): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** A new study when there are so many times the rows of the last: what suits a log changes with its size, not with a night. */
const STUDY_GROWTH = 1.5;

/** The service's own way from a log to a graph: a study on the newest rows chooses, then all rows are fitted. */
export function createTrainer(options: TrainerOptions): Trainer {
  const studies: StudyNote[] = [];
  let last: { chosen: Chosen; rows: number } | null = null;
  return {
    studies,
    async train(rows, items) {
      if (rows.length < TRAIN_INTERACTIONS_MIN) return null;
      const dataset = createDataset(
        rows,
        items.map(({ item_id }) => item_id),
      );
      const request = requestOf(items, options);
      const ports = portsOf(options.engine);
      if (last === null || rows.length >= STUDY_GROWTH * last.rows) {
        const { chosen, reason } = await study(dataset, request, ports);
        last = { chosen, rows: rows.length };
        studies.push({
          interactions: rows.length,
          learners: chosen.parts.map(({ learner }) => learner),
          reason,
        });
      }
      const refit = await refitSlice(dataset, last.chosen, request, ports, "all");
      if (!refit.done) throw new Error("a slice without an end has ended");
      return refit.model.onnx;
    },
  };
}

async function study(dataset: Dataset, request: StudyRequest, ports: StudyPorts): Promise<Study> {
  const { train, cases } = splitByTime(dataset);
  const slice = await studySlice({ fit: train, validation: cases }, request, ports);
  if (!slice.done) throw new Error("a slice without an end has ended");
  return slice.study;
}

function requestOf(items: readonly Item[], options: TrainerOptions): StudyRequest {
  const content = new ContentBuilder(items.length, LATE_FEATURES);
  for (const item of items) content.add(contentFeatures(item, LATE_FEATURES));
  const { seed, budgetSeconds, learners } = options;
  return {
    seed,
    budgetSeconds,
    ...(learners === undefined ? {} : { learners }),
    refits: 1,
    historyMax: HISTORY_MAX,
    contentWidth: LATE_FEATURES,
    content: content.build(),
  };
}

/** Everything in one slice, kept in memory for one night. */
function portsOf(engine: Engine): StudyPorts {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    engine,
    yieldTo: async () => {},
    store: {
      read: async (name) => kept.get(name)?.slice() ?? null,
      write: async (name, bytes) => {
        kept.set(name, bytes.slice());
      },
    },
    sliceSeconds: Number.POSITIVE_INFINITY,
  };
}
