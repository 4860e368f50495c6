import { discard, type Engine, HISTORY_MAX } from "../../../src/base/index.ts";
import { LATE_FEATURES } from "../../../src/catalogue/index.ts";
import {
  type Cases,
  type Content,
  decodeContent,
  NO_ITEM,
  rankCases,
  refitSlice,
  STUDY_STAGE,
  type Study,
  type StudyPorts,
  type StudyRequest,
  sampleCases,
  studySlice,
  type YieldTo,
} from "../../../src/learn/index.ts";
import { type Job, LIST_LENGTH, OBJECT, type Objects, type Step, type StepResult } from "./contract.ts";
import { fitOneSlice } from "./one.ts";
import { isRefitted, type RunData, readObject } from "./run-data.ts";

/** Estimated CPU-seconds of one request: what a step of the retrain Workflow allows itself. */
const SLICE_SECONDS = 150;
/** Users whose cases one request ranks. */
export const USERS_PER_SLICE = 8_000;

export interface StepPorts {
  engine: Engine;
  yieldTo: YieldTo;
  objects: Objects;
  data: RunData;
  onProgress(fraction: number, message: string): void;
}

/** One request of a run. Whatever it needs it reads, whatever the next one needs it writes. */
export async function runStep(step: Step, job: Job, ports: StepPorts): Promise<StepResult> {
  switch (step.name) {
    case "study":
      return study(job, ports);
    case "fit":
      return job.learner === "auto" ? refit(job, ports) : fitOne(job, ports);
    case "rank":
      return rank(step.slice, job, ports);
  }
}

async function study(job: Job, ports: StepPorts): Promise<StepResult> {
  const { objects, data } = ports;
  const learning = await data.learning(objects);
  const slice = await studySlice(learning, await requestOf(job, objects), studyPorts(ports));
  if (!slice.done) return { done: false, workSeconds: slice.workSeconds };
  await objects.write(OBJECT.study, new TextEncoder().encode(JSON.stringify(slice.study)));
  return slice;
}

/** What was chosen, fitted on the rows that the test allows. */
async function refit(job: Job, ports: StepPorts): Promise<StepResult> {
  const { objects, data } = ports;
  const { chosen } = JSON.parse(new TextDecoder().decode(await readObject(objects, OBJECT.study))) as Study;
  const stage = isRefitted(job) ? "test" : STUDY_STAGE;
  const rows = await data.rows(objects);
  const slice = await refitSlice(rows, chosen, await requestOf(job, objects), studyPorts(ports), stage);
  if (!slice.done) return { done: false, workSeconds: slice.workSeconds };
  const { onnx, ...model } = slice.model;
  await objects.write(OBJECT.model, onnx);
  discard(onnx);
  return { done: true, workSeconds: slice.workSeconds, model };
}

async function fitOne(job: Job, ports: StepPorts): Promise<StepResult> {
  const { objects, data } = ports;
  const one = {
    dataset: await data.rows(objects),
    maskSeen: job.task !== "session",
    content: await contentOf(objects),
  };
  const slice = await fitOneSlice(job, one, {
    ...ports,
    store: within(objects, "one"),
    sliceSeconds: SLICE_SECONDS,
    parking: data.parking,
  });
  if (slice.model === null) return { done: false, workSeconds: slice.workSeconds };
  const { onnx, ...model } = slice.model;
  await objects.write(OBJECT.model, onnx);
  discard(onnx);
  return { done: true, workSeconds: slice.workSeconds, model };
}

async function rank(slice: number, job: Job, ports: StepPorts): Promise<StepResult> {
  const { objects, engine, yieldTo, onProgress, data } = ports;
  const { cases, done } = sliceOfCases(casesOf(job, await data.cases(objects)), slice);
  const lists = new Uint32Array(cases.targetRows.length * LIST_LENGTH).fill(NO_ITEM);
  let listed = 0;
  const ranks = await rankCases(
    engine,
    await readObject(objects, OBJECT.model),
    cases,
    {
      historyMax: historyMaxOf(job),
      contentWidth: LATE_FEATURES,
      rankMax: job.rankMax,
      isModelDead: true,
      onProgress: (fraction) => onProgress(fraction, `ranking ${cases.targetRows.length} cases`),
      onList: ({ items }) => {
        for (let place = 0; place < Math.min(LIST_LENGTH, items.length); place++)
          lists[listed + place] = Number(items[place]);
        listed += LIST_LENGTH;
      },
    },
    yieldTo,
  );
  await objects.write(OBJECT.ranks(slice), new Uint8Array(ranks.buffer));
  await objects.write(OBJECT.lists(slice), new Uint8Array(lists.buffer, 0, listed * lists.BYTES_PER_ELEMENT));
  discard(ranks, lists, cases.targetRows, cases.users, cases.historyEnds);
  return { done };
}

/** The cases that a run ranks. */
export function casesOf({ casesMax, seed }: Job, cases: Cases): Cases {
  return casesMax === null ? cases : sampleCases(cases, casesMax, seed);
}

/** Those of the users whose turn it is; users are counted as they come. */
function sliceOfCases(cases: Cases, slice: number): { cases: Cases; done: boolean } {
  let users = 0;
  let from = 0;
  let end = 0;
  for (let place = 0; place < cases.users.length; place++) {
    if (place === 0 || cases.users[place - 1] !== cases.users[place]) users++;
    if (users <= slice * USERS_PER_SLICE) from = place + 1;
    if (users <= (slice + 1) * USERS_PER_SLICE) end = place + 1;
  }
  return {
    cases: {
      ...cases,
      targetRows: cases.targetRows.slice(from, end),
      users: cases.users.slice(from, end),
      historyEnds: cases.historyEnds.slice(from, end),
    },
    done: users <= (slice + 1) * USERS_PER_SLICE,
  };
}

/** Without an order no part of a history is the newest: a cut one would be a draw by the items' ids. */
const UNORDERED_HISTORY_MAX = 1_000;

function historyMaxOf({ task }: Job): number {
  return task === "top-n" ? UNORDERED_HISTORY_MAX : HISTORY_MAX;
}

async function requestOf(job: Job, objects: Objects): Promise<StudyRequest> {
  const content = await contentOf(objects);
  return {
    seed: job.seed,
    budgetSeconds: job.budgetSeconds,
    refits: isRefitted(job) ? 1 : 0,
    historyMax: historyMaxOf(job),
    contentWidth: LATE_FEATURES,
    ...(content === null ? {} : { content }),
  };
}

function studyPorts({ engine, yieldTo, objects, data, onProgress }: StepPorts): StudyPorts {
  return {
    engine,
    yieldTo,
    onProgress,
    store: within(objects, "study"),
    sliceSeconds: SLICE_SECONDS,
    parking: data.parking,
  };
}

function within(objects: Objects, folder: string): Objects {
  return {
    read: (name) => objects.read(`${folder}/${name}`),
    write: (name, bytes) => objects.write(`${folder}/${name}`, bytes),
  };
}

async function contentOf(objects: Objects): Promise<Content | null> {
  const bytes = await objects.read(OBJECT.content);
  return bytes === null ? null : decodeContent(bytes);
}
