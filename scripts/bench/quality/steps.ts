import { assert, type Engine, HISTORY_MAX } from "../../../src/base/index.ts";
import { LATE_FEATURES } from "../../../src/catalogue/index.ts";
import {
  type Cases,
  type Dataset,
  rankCases,
  refitSlice,
  STUDY_STAGE,
  type Study,
  type StudyPorts,
  type StudyRequest,
  sampleCases,
  studySlice,
  takeCases,
  type YieldTo,
} from "../../../src/learn/index.ts";
import { decodeCases, decodeDataset, encodeCases, encodeDataset } from "../../../src/retraining/index.ts";
import { learningPart, testingPart } from "../../data/protocol/split.ts";
import { type Job, OBJECT, type Objects, type Step, type StepResult } from "./contract.ts";
import { fitOneSlice } from "./one.ts";

/** Estimated CPU-seconds of one request: what a step of the retrain Workflow allows itself. */
const SLICE_SECONDS = 150;
/** Users whose cases one request ranks. */
export const USERS_PER_SLICE = 8_000;

export interface StepPorts {
  engine: Engine;
  yieldTo: YieldTo;
  objects: Objects;
  onProgress(fraction: number, message: string): void;
}

/** One request of a run. Whatever it needs it reads, whatever the next one needs it writes. */
export async function runStep(step: Step, job: Job, ports: StepPorts): Promise<StepResult> {
  switch (step.name) {
    case "learning":
      return prepareLearning(job, ports);
    case "testing":
      return prepareTesting(job, ports);
    case "study":
      return study(job, ports);
    case "fit":
      return job.learner === "auto" ? refit(job, ports) : fitOne(job, ports);
    case "rank":
      return rank(step.slice, job, ports);
  }
}

async function prepareLearning(job: Job, { objects }: StepPorts): Promise<StepResult> {
  const dataset = decodeDataset(await read(objects, OBJECT.all));
  const { fit, validation } = learningPart({ ...job, dataset });
  await objects.write(OBJECT.fit, encodeDataset(fit));
  await objects.write(OBJECT.validation, encodeCases(validation));
  return { done: true };
}

async function prepareTesting(job: Job, { objects }: StepPorts): Promise<StepResult> {
  const dataset = decodeDataset(await read(objects, OBJECT.all));
  const { refit: rows, test } = testingPart({ ...job, dataset });
  if (rows !== null) await objects.write(OBJECT.refit, encodeDataset(rows));
  await objects.write(OBJECT.test, encodeCases(test));
  return { done: true };
}

async function study(job: Job, ports: StepPorts): Promise<StepResult> {
  const { objects } = ports;
  const data = {
    fit: await readDataset(objects, OBJECT.fit),
    validation: await readCases(objects, OBJECT.validation),
  };
  const slice = await studySlice(data, await requestOf(job, objects), studyPorts(ports));
  if (!slice.done) return { done: false, workSeconds: slice.workSeconds };
  await objects.write(OBJECT.study, new TextEncoder().encode(JSON.stringify(slice.study)));
  return slice;
}

/** What was chosen, fitted on the rows that the test allows. */
async function refit(job: Job, ports: StepPorts): Promise<StepResult> {
  const { objects } = ports;
  const { chosen } = JSON.parse(new TextDecoder().decode(await read(objects, OBJECT.study))) as Study;
  const name = await rowsName(job, objects);
  const stage = name === OBJECT.fit ? STUDY_STAGE : "test";
  const rows = await readDataset(objects, name);
  const slice = await refitSlice(rows, chosen, await requestOf(job, objects), studyPorts(ports), stage);
  if (!slice.done) return { done: false, workSeconds: slice.workSeconds };
  const { onnx, ...model } = slice.model;
  await objects.write(OBJECT.model, onnx);
  return { done: true, workSeconds: slice.workSeconds, model };
}

async function fitOne(job: Job, ports: StepPorts): Promise<StepResult> {
  const { objects } = ports;
  const dataset = await readDataset(objects, await rowsName(job, objects));
  const { maskSeen } = await readCases(objects, OBJECT.validation);
  const slice = await fitOneSlice(
    job,
    { dataset, maskSeen, content: await contentOf(objects) },
    {
      ...ports,
      store: within(objects, "one"),
      sliceSeconds: SLICE_SECONDS,
    },
  );
  if (slice.model === null) return { done: false, workSeconds: slice.workSeconds };
  const { onnx, ...model } = slice.model;
  await objects.write(OBJECT.model, onnx);
  return { done: true, workSeconds: slice.workSeconds, model };
}

async function rank(slice: number, job: Job, ports: StepPorts): Promise<StepResult> {
  const { objects, engine, yieldTo, onProgress } = ports;
  const { cases, done } = sliceOfCases(casesOf(job, await readCases(objects, OBJECT[job.on])), slice);
  const ranks = await rankCases(
    engine,
    await read(objects, OBJECT.model),
    cases,
    {
      historyMax: HISTORY_MAX,
      contentWidth: LATE_FEATURES,
      onProgress: (fraction) => onProgress(fraction, `ranking ${cases.targetRows.length} cases`),
    },
    yieldTo,
  );
  await objects.write(OBJECT.ranks(slice), new Uint8Array(ranks.buffer));
  return { done };
}

/** The cases that a run ranks. */
export function casesOf({ casesMax, seed }: Job, cases: Cases): Cases {
  return casesMax === null ? cases : sampleCases(cases, casesMax, seed);
}

/** Those of the users whose turn it is; users are counted as they come. */
function sliceOfCases(cases: Cases, slice: number): { cases: Cases; done: boolean } {
  const places: number[] = [];
  let users = 0;
  for (const [place, user] of cases.users.entries()) {
    if (place === 0 || cases.users[place - 1] !== user) users++;
    if (Math.floor((users - 1) / USERS_PER_SLICE) === slice) places.push(place);
  }
  return { cases: takeCases(cases, places), done: users <= (slice + 1) * USERS_PER_SLICE };
}

async function requestOf({ seed, budgetSeconds }: Job, objects: Objects): Promise<StudyRequest> {
  const content = await contentOf(objects);
  const refits = (await objects.read(OBJECT.refit)) === null ? 0 : 1;
  return {
    seed,
    budgetSeconds,
    refits,
    historyMax: HISTORY_MAX,
    contentWidth: LATE_FEATURES,
    ...(content === null ? {} : { content }),
  };
}

function studyPorts({ engine, yieldTo, objects, onProgress }: StepPorts): StudyPorts {
  return { engine, yieldTo, onProgress, store: within(objects, "study"), sliceSeconds: SLICE_SECONDS };
}

function within(objects: Objects, folder: string): Objects {
  return {
    read: (name) => objects.read(`${folder}/${name}`),
    write: (name, bytes) => objects.write(`${folder}/${name}`, bytes),
  };
}

/** On the validation part nothing may be fitted but what was chosen by. */
async function rowsName({ on }: Job, objects: Objects): Promise<string> {
  if (on === "validation") return OBJECT.fit;
  return (await objects.read(OBJECT.refit)) === null ? OBJECT.fit : OBJECT.refit;
}

async function contentOf(objects: Objects): Promise<Float32Array<ArrayBuffer> | null> {
  const bytes = await objects.read(OBJECT.content);
  return bytes === null ? null : new Float32Array(bytes.buffer);
}

async function readDataset(objects: Objects, name: string): Promise<Dataset> {
  return decodeDataset(await read(objects, name));
}

async function readCases(objects: Objects, name: string): Promise<Cases> {
  return decodeCases(await read(objects, name));
}

async function read(objects: Objects, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await objects.read(name);
  assert(bytes !== null, `${name} was never written`);
  return bytes;
}
