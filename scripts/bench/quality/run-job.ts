import { encodeContent, type Parameters, type Study } from "../../../src/learn/index.ts";
import type { ProtocolData, ProtocolRows } from "../../data/protocol/index.ts";
import type { Progress } from "../../progress.ts";
import { type Job, OBJECT, type Step, type StepResult } from "./contract.ts";
import type { Host, MemoryOfStep } from "./host.ts";
import { readObject } from "./run-data.ts";
import { writeRunData } from "./write-run-data.ts";

/** What a run cost and found, apart from its ranks. */
export interface RunReport {
  parameters: Parameters;
  /** What `auto` found on validation. */
  study?: Pick<Study, "figures" | "reason"> & { trials: number };
  /** Bytes of the exported graph. */
  modelBytes: number;
  /**
   * Of the process that learned and ranked, from outside: study, fits, assembly, ranking. The command reads and splits the data
   * before, in its own process.
   */
  cpuSeconds: number;
  /** How much of it each step took. */
  cpuSecondsBy: Record<string, number>;
  /** What the learners themselves reckoned. */
  estimatedSeconds: number;
  /** Of the isolate (heap and buffers, Wasm memory included) or, in Node, of the process, in 10⁶ bytes. */
  peakMemoryMb: number;
  memoryMbBy: Record<string, MemoryOfStep>;
}

export interface Run {
  /** [cases] */
  ranks: Float64Array;
  /** [lists × LIST_LENGTH] */
  lists: Uint32Array;
  onnx: Uint8Array;
  report: RunReport;
}

/** Learns and ranks, step by step and slice by slice. */
export async function runJob(
  host: Host,
  data: ProtocolRows & Pick<ProtocolData, "content">,
  job: Job,
  progress: Progress,
): Promise<Run> {
  await writeRunData(data, job, host.objects);
  if (data.content !== null) await host.objects.write(OBJECT.content, encodeContent(data.content));
  const begun = host.cpuSeconds();
  const cpuSecondsBy: Record<string, number> = {};
  const memoryMbBy: RunReport["memoryMbBy"] = {};
  await host.takePeak();
  const take = async (name: string, stepAt: (slice: number) => Step): Promise<StepResult> => {
    const bar = progress.part(name, 1);
    const before = host.cpuSeconds();
    for (let slice = 0; ; slice++) {
      const result = await host.step(stepAt(slice), job, (fraction, message) =>
        bar.update(fraction, message),
      );
      cpuSecondsBy[name] = round(host.cpuSeconds() - before);
      if (!result.done) continue;
      memoryMbBy[name] = await host.takePeak();
      bar.finish();
      return result;
    }
  };
  const studied = job.learner === "auto" ? await take("study", () => ({ name: "study" })) : null;
  const fitted = await take("fit", () => ({ name: "fit" }));
  let slices = 0;
  await take("rank", (slice) => {
    slices = slice + 1;
    return { name: "rank", slice };
  });
  const cpuSeconds = round(host.cpuSeconds() - begun);
  const study = studied?.study;
  const onnx = await readObject(host.objects, OBJECT.model);
  return {
    ranks: new Float64Array(await joined(host, slices, OBJECT.ranks)),
    lists: new Uint32Array(await joined(host, slices, OBJECT.lists)),
    onnx,
    report: {
      parameters: fitted.model?.parameters ?? {},
      ...(study === undefined
        ? {}
        : { study: { figures: study.figures, reason: study.reason, trials: study.trials.length } }),
      modelBytes: onnx.byteLength,
      cpuSeconds,
      cpuSecondsBy,
      peakMemoryMb: Math.max(...Object.values(memoryMbBy).map(({ peakMb }) => peakMb)),
      memoryMbBy,
      estimatedSeconds: round(fitted.workSeconds ?? 0),
    },
  };
}

async function joined(host: Host, slices: number, nameOf: (slice: number) => string): Promise<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let slice = 0; slice < slices; slice++) parts.push(await readObject(host.objects, nameOf(slice)));
  return new Blob(parts).arrayBuffer();
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
