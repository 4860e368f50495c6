// A run's steps in a Node process of its own, so that their CPU time and memory can be told from those of the command.
import { nodeEngine } from "../../../src/runtime/node.ts";
import type { Job, Step, StepLine } from "./contract.ts";
import { folderObjects } from "./folder-objects.ts";
import { RunData } from "./run-data.ts";
import { runStep } from "./steps.ts";

const objects = folderObjects(process.argv[2] ?? ".");
const engine = nodeEngine();
const data = new RunData();
const yieldTo = () => new Promise<void>((resolve) => setImmediate(resolve));
const say = (line: StepLine) => process.send?.(line);

process.on("message", ({ step, job }: { step: Step; job: Job }) => {
  const onProgress = (fraction: number, message: string) => say({ fraction, message });
  runStep(step, job, { engine, yieldTo, data, objects, onProgress })
    .then((result) => say({ result }))
    .catch((error: Error) => say({ error: error.stack ?? error.message }));
});
