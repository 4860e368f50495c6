import { assert } from "../../../src/base/index.ts";
import { type Cases, type Dataset, discardRows, type Parking, rowsAlone } from "../../../src/learn/index.ts";
import { decodeDataset } from "../../../src/retraining/index.ts";
import { learningPart, type ProtocolRows, testingPart } from "../../data/protocol/split.ts";
import { type Job, OBJECT, type ObjectReader } from "./contract.ts";

type Part =
  | { name: "learning"; fit: Dataset; validation: Cases }
  | { name: "rows"; rows: Dataset }
  | { name: "cases"; cases: Cases };

/**
 * The parts of a run's data, split from its rows when they are asked for. What the last request asked for is kept for the next, and
 * nothing else: a million rows are 17 MB, and garbage of an isolate counts too.
 */
export class RunData {
  #part: Part | null = null;

  /** To choose by. */
  async learning(job: Job, objects: ObjectReader): Promise<{ fit: Dataset; validation: Cases }> {
    if (this.#part?.name !== "learning") {
      const dataset = await this.#all(objects);
      this.#part = { name: "learning", ...learningPart({ ...job, dataset }) };
    }
    return this.#part;
  }

  /** To fit on: on the validation part nothing but what was chosen by. */
  async rows(job: Job, objects: ObjectReader): Promise<Dataset> {
    if (this.#part?.name !== "rows") {
      const dataset = await this.#all(objects);
      const { rows, cases } = split(isRefitted(job), { ...job, dataset });
      assert(rows !== null, "a protocol that is refitted has rows to do so");
      const own = rowsAlone(rows, dataset, cases.dataset);
      discardRows(cases.dataset, own);
      discardRows(dataset, own);
      this.#part = { name: "rows", rows: own };
    }
    return this.#part.rows;
  }

  /** To rank. */
  async cases(job: Job, objects: ObjectReader): Promise<Cases> {
    if (this.#part?.name !== "cases") {
      const dataset = await this.#all(objects);
      const { rows, cases } = split(job.on === "test", { ...job, dataset });
      if (rows !== null) discardRows(rows, cases.dataset);
      discardRows(dataset, cases.dataset);
      this.#part = { name: "cases", cases };
    }
    return this.#part.cases;
  }

  /** Of what the last request asked for. */
  parking(job: Job, objects: ObjectReader): Parking {
    let parked: Part | null = null;
    return {
      park: () => {
        parked = this.#part;
        this.#drop();
      },
      restore: async () => {
        assert(parked !== null, "what is brought back was parked");
        await this[parked.name](job, objects);
        const again: Part | null = this.#part;
        assert(again !== null, "the data are the same as before");
        for (const [index, one] of dataOf(parked).entries()) Object.assign(one, dataOf(again)[index]);
        this.#part = parked;
      },
    };
  }

  #drop(): void {
    for (const one of this.#part === null ? [] : dataOf(this.#part)) discardRows(one);
    this.#part = null;
  }

  async #all(objects: ObjectReader): Promise<Dataset> {
    this.#drop();
    return decodeDataset(await readObject(objects, OBJECT.all));
  }
}

function dataOf(part: Part): Dataset[] {
  switch (part.name) {
    case "learning":
      return [part.fit, part.validation.dataset];
    case "rows":
      return [part.rows];
    case "cases":
      return [part.cases.dataset];
  }
}

function split(isTest: boolean, rows: ProtocolRows): { rows: Dataset | null; cases: Cases } {
  if (!isTest) {
    const { fit, validation } = learningPart(rows);
    return { rows: fit, cases: validation };
  }
  const { refit, test } = testingPart(rows);
  return { rows: refit, cases: test };
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
