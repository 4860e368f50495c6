import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-web/wasm";
import type { Engine, Session, Tensor } from "../base/index.ts";
import { constantsOutside } from "../onnx/index.ts";

/** The part of ONNX Runtime's module that we use; both hosts load it their own way. */
export interface Ort {
  InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  Tensor: typeof OrtTensor;
}

/** Only what is fatal goes to the console: all else is thrown. */
const QUIET = { logSeverityLevel: 4 } as const;

const SESSION_OPTIONS: InferenceSession.SessionOptions = { executionProviders: ["wasm"], ...QUIET };

/** The last call in the queue. One for all engines of the isolate, as they share one Wasm instance. */
let tail: Promise<unknown> = Promise.resolve();

/**
 * Runs `work` when all earlier calls are done: ONNX Runtime's Wasm build has one thread and one stack, and throws when a
 * session is created, run or released while another call is under way.
 */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = tail.then(work);
  // A failed call must not fail those behind it.
  tail = result.catch(() => undefined);
  return result;
}

/** `yieldTo` lets other work of the thread run. */
export function createEngine(loadOrt: () => Promise<Ort>, yieldTo: () => Promise<void>): Engine {
  return {
    load: (model, { quickly = false } = {}) =>
      inTurn(async () => {
        const ort = await loadOrt();
        started ??= start(ort);
        await started;
        await yieldTo();
        // Looking for a better graph takes two thirds of a load, in which the thread answers nobody, and gains some percent of a run of ours.
        return wrap(ort, await createSession(ort, model, quickly ? "disabled" : "all"));
      }),
  };
}

/** Of the isolate's one Wasm instance. */
let started: Promise<void> | undefined;

/** Starts the Wasm instance, which otherwise the first session does, in one go with its own work: no session can be made of nothing. */
async function start({ InferenceSession }: Ort): Promise<void> {
  await InferenceSession.create(new Uint8Array(0), SESSION_OPTIONS).catch(() => undefined);
}

/** Name under which the graph's constants point back into the model's own bytes. */
const CONSTANTS = "constants";

/**
 * Constants are read from the model's bytes straight into tensors. Given the model whole, ONNX Runtime would copy it, parse the copy
 * and make the tensors from what it parsed: three times the model in a memory that never shrinks.
 */
async function createSession(
  ort: Ort,
  model: Uint8Array,
  graphOptimizationLevel: "all" | "disabled",
): Promise<InferenceSession> {
  const options = { ...SESSION_OPTIONS, graphOptimizationLevel };
  const outside = constantsOutside(model, CONSTANTS);
  if (outside === null) return ort.InferenceSession.create(model, options);
  const externalData = [{ path: CONSTANTS, data: model }];
  return ort.InferenceSession.create(outside, { ...options, externalData });
}

function wrap(ort: Ort, session: InferenceSession): Session {
  return {
    run: (feeds) =>
      inTurn(async () => {
        const inputs = Object.fromEntries(
          Object.entries(feeds).map(([name, { type, data, dims }]) => [
            name,
            new ort.Tensor(type, data, dims),
          ]),
        );
        const outputs = await session.run(inputs, QUIET);
        return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, fromOrt(value)]));
      }),
    release: () => inTurn(() => session.release()),
  };
}

function fromOrt(value: OrtTensor): Tensor {
  return { type: value.type, dims: value.dims, data: value.data } as Tensor;
}
