import type { ExecutionContext, R2Bucket } from "@cloudflare/workers-types";
import { workerdEngine } from "../../../src/runtime/index.ts";
import type { Job, Objects, Step, StepLine } from "./contract.ts";
import { RunData } from "./run-data.ts";
import { runStep } from "./steps.ts";
import { wasmBytes } from "./wasm-memory.ts";

interface Env {
  STATE: R2Bucket;
}

/** A connection on which nothing comes for minutes would be taken for dead. */
const SIGN_OF_LIFE_MS = 5_000;

/** Ranking reports a thousand times a minute, and what a response has carried is the isolate's until it is over. */
const TOLD_EVERY_MS = 500;

const engine = workerdEngine();
const data = new RunData();

/** One request is one step, or one slice of it; it answers in lines as it goes. */
export default {
  async fetch(request: Request, { STATE }: Env, context: ExecutionContext): Promise<Response> {
    const { step, job } = (await request.json()) as { step: Step; job: Job };
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const write = (text: string) => void writer.write(new TextEncoder().encode(text)).catch(() => {});
    const say = (line: StepLine) => write(`${JSON.stringify(line)}\n`);
    let livedMs = Date.now();
    const yieldTo = () => {
      if (Date.now() - livedMs > SIGN_OF_LIFE_MS) {
        livedMs = Date.now();
        write("\n");
      }
      return new Promise<void>((resolve) => setTimeout(resolve, 0));
    };
    let toldMs = 0;
    const onProgress = (fraction: number, message: string) => {
      if (Date.now() - toldMs < TOLD_EVERY_MS) return;
      toldMs = Date.now();
      say({ fraction, message, wasmBytes: wasmBytes() });
    };
    const work = runStep(step, job, { engine, yieldTo, data, objects: objectsIn(STATE), onProgress })
      .then((result) => say({ result, wasmBytes: wasmBytes() }))
      .catch((error: Error) => say({ error: error.stack ?? error.message }))
      .finally(() => writer.close());
    context.waitUntil(work);
    return new Response(readable);
  },
};

function objectsIn(bucket: R2Bucket): Objects {
  return {
    async read(name) {
      const object = await bucket.get(name);
      return object === null ? null : new Uint8Array(await object.arrayBuffer());
    },
    async write(name, bytes) {
      await bucket.put(name, bytes);
    },
  };
}
