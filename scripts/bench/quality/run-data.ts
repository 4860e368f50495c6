import { assert } from "../../../src/base/index.ts";
import type { Cases, Dataset } from "../../../src/learn/index.ts";
import { decodeDataset } from "../../../src/retraining/index.ts";
import { learningPart, testingPart } from "../../data/protocol/split.ts";
import { type Job, OBJECT, type ObjectReader } from "./contract.ts";

type Part =
  | { name: "learning"; fit: Dataset; validation: Cases }
  | { name: "testing"; refit: Dataset | null; test: Cases };

/**
 * The parts of a run's data, split from its rows when they are asked for. One part is kept for the next request: a million rows are
 * 17 MB, and garbage of an isolate counts too.
 */
export class RunData {
  #part: Part | null = null;

  async learning(job: Job, objects: ObjectReader): Promise<{ fit: Dataset; validation: Cases }> {
    if (this.#part?.name !== "learning") {
      this.#part = null;
      const dataset = decodeDataset(await readObject(objects, OBJECT.all));
      this.#part = { name: "learning", ...learningPart({ ...job, dataset }) };
    }
    return this.#part;
  }

  /** To fit on: on the validation part nothing but what was chosen by. */
  async rows(job: Job, objects: ObjectReader): Promise<Dataset> {
    if (!isRefitted(job)) return (await this.learning(job, objects)).fit;
    const { refit } = await this.#testing(job, objects);
    assert(refit !== null, "a protocol that is refitted has rows to do so");
    return refit;
  }

  /** To rank. */
  async cases(job: Job, objects: ObjectReader): Promise<Cases> {
    if (job.on === "validation") return (await this.learning(job, objects)).validation;
    return (await this.#testing(job, objects)).test;
  }

  async #testing(job: Job, objects: ObjectReader): Promise<{ refit: Dataset | null; test: Cases }> {
    if (this.#part?.name !== "testing") {
      this.#part = null;
      const dataset = decodeDataset(await readObject(objects, OBJECT.all));
      this.#part = { name: "testing", ...testingPart({ ...job, dataset }) };
    }
    return this.#part;
  }
}

/** Whether what was chosen is fitted again before the test; a next item's protocol forbids it. */
export function isRefitted({ on, task }: Pick<Job, "on" | "task">): boolean {
  return on === "test" && task !== "next-item";
}

export async function readObject(objects: ObjectReader, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await objects.read(name);
  assert(bytes !== null, `${name} was never written`);
  return bytes;
}
