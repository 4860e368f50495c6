import { assert } from "../../../src/base/index.ts";
import { casesOfStudy } from "../../../src/learn/index.ts";
import { encodeCases, encodeDataset } from "../../../src/retraining/index.ts";
import { learningPart, type ProtocolRows, testingPart } from "../../data/protocol/index.ts";
import { type Job, OBJECT, type Objects } from "./contract.ts";
import { isRefitted } from "./run-data.ts";

/**
 * Splits a run's rows into what its steps read, an object each, as the first step of a retrain does: splitting three million rows in
 * the isolate that fits them would take more of its memory than any fit.
 */
export async function writeRunData(rows: ProtocolRows, job: Job, objects: Objects): Promise<void> {
  const { fit, validation } = learningPart(rows);
  const { refit, test } = testingPart(rows);
  const fitted = isRefitted(job) ? refit : fit;
  assert(fitted !== null, "a protocol that is refitted has rows to do so");
  if (job.learner === "auto") {
    await objects.write(OBJECT.learning, encodeDataset(fit));
    await objects.write(OBJECT.validation, encodeCases(casesOfStudy(validation, job.seed)));
  }
  await objects.write(OBJECT.rows, encodeDataset(fitted));
  await objects.write(OBJECT.cases, encodeCases(job.on === "test" ? test : validation));
}
