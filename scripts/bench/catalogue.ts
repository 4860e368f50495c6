import path from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { writeCatalog } from "../../src/catalogue/index.ts";
import { formFor, type ModelForm } from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { bundleWorker } from "../local/bundle.ts";
import { childPids, commandOf } from "../local/children.ts";
import { ROOT } from "../local/workers.ts";
import type { Progress } from "../progress.ts";
import { compareLists, type ListLoss } from "./catalogue-loss.ts";
import { catalogueOnnx, cataloguePart } from "./catalogue-model.ts";
import { type Latencies, latenciesOf } from "./latency.ts";
import { watchMemory } from "./memory.ts";
import { cpuSecondsOf } from "./quality/cpu.ts";

export interface CatalogueReport extends Latencies, ListLoss {
  items: number;
  dims: number;
  form: ModelForm;
  /** One request at a time to the same Worker that answers nothing: the floor. */
  emptyP50Ms: number;
  /** Of workerd's process over as many answers, above what as many empty ones take: what a busy machine does not change. */
  cpuMsPerAnswer: number;
  /** Of the isolate once it answers: heap, buffers and Wasm, in 10⁶ bytes; and while it loads. */
  memoryMb: number;
  loadingMb: number;
  modelMb: number;
}

export interface CatalogueSize {
  items: number;
  dims: number;
  /** What suits so many items where absent. */
  form?: ModelForm;
  seed: number;
  requests: number;
  /** Histories whose lists are compared with those of the float graph. */
  compared: number;
}

const NAME = "catalogue";
/** V8 compiles what is hot in the background: until then the same code takes several times as long. */
const WARM_UP = 100;

/** One graph of a large catalogue in workerd, beside the catalogue itself. */
export async function benchCatalogue(size: CatalogueSize, progress: Progress): Promise<CatalogueReport> {
  const engine = nodeEngine();
  const { items, dims, form = formFor(items) } = size;
  progress.say(`Making a model of ${items} items`);
  const part = await cataloguePart(size, engine);
  const onnx = await catalogueOnnx(part, form, engine);
  progress.say("Comparing its lists with the float graph's");
  const exact = await catalogueOnnx(part, "plain", engine);
  const loss = await compareLists(engine, { exact, onnx, ...size });
  progress.say("Measuring");
  const measured = await measureInWorkerd(onnx, size);
  return { items, dims, form, ...measured, modelMb: megabytes(onnx.byteLength), ...loss };
}

async function measureInWorkerd(onnx: Uint8Array<ArrayBuffer>, { items, requests }: CatalogueSize) {
  const { modules } = await bundleWorker(path.join(ROOT, "scripts/bench/catalogue-worker.ts"));
  const before = new Set(childPids());
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      workers: [{ name: NAME, modules, compatibilityDate: "2026-11-01" }],
    } as Parameters<typeof convertV4MiniflareOptions>[0]),
    host: "127.0.0.1",
    port: 0,
    inspectorPort: 0,
    cf: false,
    log: new Log(LogLevel.WARN),
    logRequests: false,
  });
  try {
    const url = (await miniflare.ready).href.replace(/\/$/, "");
    const memory = await watchMemory(miniflare, NAME);
    await send(`${url}/catalogue`, await catalogueOf(items));
    await send(`${url}/model`, onnx);
    const loading = await memory.take();
    const timed = await timeBoth(url, requests);
    const pid = childPids().find((child) => !before.has(child) && commandOf(child).includes("workerd"));
    if (pid === undefined)
      throw new Error("the workerd process is not found: its CPU time cannot be measured");
    const [empty, answers] = [
      await cpuMs(pid, `${url}/empty`, requests),
      await cpuMs(pid, `${url}/answer`, requests),
    ];
    const answering = await memory.take();
    await memory.close();
    const wasmMb = megabytes(timed.wasmBytes);
    return {
      ...latenciesOf(timed.answersMs),
      emptyP50Ms: latenciesOf(timed.emptyMs).p50Ms,
      cpuMsPerAnswer: Math.round((100 * (answers - empty)) / requests) / 100,
      memoryMb: Math.round(answering.peakMb + wasmMb),
      loadingMb: Math.round(loading.peakMb + wasmMb),
    };
  } finally {
    await miniflare.dispose();
  }
}

/** One at a time, in turn with empty ones: what slows the machine slows both. */
async function timeBoth(url: string, requests: number) {
  const emptyMs: number[] = [];
  const answersMs: number[] = [];
  let wasmBytes = 0;
  for (let seed = 0; seed < WARM_UP + requests; seed++) {
    const begun = performance.now();
    await (await fetch(`${url}/empty`)).text();
    const between = performance.now();
    const answer = (await (await fetch(`${url}/answer?seed=${seed}`)).json()) as { wasmBytes: number };
    const done = performance.now();
    wasmBytes = answer.wasmBytes;
    if (seed < WARM_UP) continue;
    emptyMs.push(between - begun);
    answersMs.push(done - between);
  }
  return { emptyMs, answersMs, wasmBytes };
}

/** CPU-milliseconds of a process while it answers. */
async function cpuMs(pid: number, url: string, requests: number): Promise<number> {
  const begun = cpuSecondsOf(pid);
  for (let seed = 0; seed < requests; seed++) await (await fetch(`${url}?seed=${seed}`)).text();
  return 1_000 * (cpuSecondsOf(pid) - begun);
}

async function send(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const response = await fetch(url, { method: "POST", body });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

/** Items as a shop's: an id, a title, a price, categories. */
function catalogueOf(items: number): Promise<Uint8Array<ArrayBuffer>> {
  const rows = Array.from({ length: items }, (_, item) => ({
    item_id: `item-${item}`,
    title: `Article ${item}`,
    price: (item % 500) + 0.5,
    categories: [`category-${item % 300}`],
    popularity: 1,
  }));
  return writeCatalog(rows);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 100_000) / 10;
}
