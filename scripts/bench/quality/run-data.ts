import { assert } from "../../../src/base/index.ts";
import { type Cases, type Dataset, discardRows, type Parking } from "../../../src/learn/index.ts";
import { decodeCases, openDataset } from "../../../src/retraining/index.ts";
import { type Job, OBJECT, type ObjectReader } from "./contract.ts";

type Part =
  | { name: "learning"; rows: Dataset; parking: Parking; validation: Cases }
  | { name: "rows"; rows: Dataset; parking: Parking }
  | { name: "cases"; cases: Cases };

/**
 * The parts of a run's data, read when they are asked for. What the last request asked for is kept for the next, and nothing else: a
 * million rows are 17 MB, and garbage of an isolate counts too.
 */
export class RunData {
  #part: Part | null = null;

  /** To choose by. */
  async learning(objects: ObjectReader): Promise<{ fit: Dataset; validation: Cases }> {
    if (this.#part?.name !== "learning") {
      this.#drop();
      const opened = await openDataset(() => readObject(objects, OBJECT.learning));
      const validation = decodeCases(await readObject(objects, OBJECT.validation));
      this.#part = { name: "learning", rows: opened.dataset, parking: opened.parking, validation };
    }
    return { fit: this.#part.rows, validation: this.#part.validation };
  }

  /** To fit on: on the validation part nothing but what was chosen by. */
  async rows(objects: ObjectReader): Promise<Dataset> {
    if (this.#part?.name !== "rows") {
      this.#drop();
      const opened = await openDataset(() => readObject(objects, OBJECT.rows));
      this.#part = { name: "rows", rows: opened.dataset, parking: opened.parking };
    }
    return this.#part.rows;
  }

  /** To rank. */
  async cases(objects: ObjectReader): Promise<Cases> {
    if (this.#part?.name !== "cases") {
      this.#drop();
      this.#part = { name: "cases", cases: decodeCases(await readObject(objects, OBJECT.cases)) };
    }
    return this.#part.cases;
  }

  /** Of the rows that the last request asked for. */
  get parking(): Parking {
    assert(this.#part !== null && this.#part.name !== "cases", "what is fitted on was asked for");
    return this.#part.parking;
  }

  #drop(): void {
    if (this.#part?.name === "cases") discardRows(this.#part.cases.dataset);
    else if (this.#part !== null) discardRows(this.#part.rows);
    if (this.#part?.name === "learning") discardRows(this.#part.validation.dataset);
    this.#part = null;
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
