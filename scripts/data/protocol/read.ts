import path from "node:path";
import { SECOND_MS } from "../../../src/base/index.ts";
import type { Item } from "../../../src/events/index.ts";
import { type Cases, type Content, createDataset, type Dataset } from "../../../src/learn/index.ts";
import { type Protocol, readDescription } from "./description.ts";
import { contentOf, readItems } from "./items.ts";
import { readLines } from "./lines.ts";
import { logRows } from "./log-rows.ts";
import { sequenceRows, sessionRows, unorderedRows } from "./rows.ts";
import { learningPart, type ProtocolRows, testingPart } from "./split.ts";

export interface ProtocolData extends ProtocolRows {
  protocol: Protocol;
  /** In the data set's order; null where the folder describes none. */
  items: readonly Item[] | null;
  /** Of `items`. */
  content: Content | null;
}

/** Reads a folder whose `protocol.json` describes data of one of the four forms; throws one clear sentence otherwise. */
export async function readProtocolData(folder: string): Promise<ProtocolData> {
  const protocol = await readDescription(folder);
  const rows = await readRows(folder, protocol);
  if (rows.dataset.items.length === 0) throw new Error(`${folder} holds no interactions`);
  const items = await readItems(folder, protocol, rows.dataset.itemIds);
  return { protocol, ...rows, items, content: items === null ? null : contentOf(items) };
}

export interface SplitProtocol {
  name: string;
  fit: Dataset;
  validation: Cases;
  refit: Dataset | null;
  test: Cases;
  items: readonly Item[] | null;
  content: Content | null;
}

/** The data with all their parts at once, where memory is no matter. */
export async function readProtocol(folder: string): Promise<SplitProtocol> {
  const data = await readProtocolData(folder);
  const { protocol, items, content } = data;
  const { fit, validation } = learningPart(data);
  const { refit, test } = testingPart(data);
  return { name: protocol.name, fit, validation, refit, test, items, content };
}

async function readRows(folder: string, protocol: Protocol): Promise<ProtocolRows> {
  const lines = (name: string) => readLines(path.join(folder, name));
  const { task } = protocol;
  switch (task) {
    case "next-item": {
      const sequences = await lines(protocol.sequences);
      return { task, dataset: createDataset(sequenceRows(sequences)), testUsersFrom: 0 };
    }
    case "session": {
      const train = await lines(protocol.train);
      const test = await lines(protocol.test);
      const rows = both(sessionRows(train, 0), sessionRows(test, train.length));
      return { task, dataset: createDataset(rows), testUsersFrom: train.length };
    }
    case "top-n": {
      const rows = both(
        unorderedRows(await lines(protocol.train), 0),
        unorderedRows(await lines(protocol.test), SECOND_MS),
      );
      return { task, dataset: createDataset(rows), testUsersFrom: 0 };
    }
    case "log":
      return { task, dataset: createDataset(await logRows(folder, protocol)), testUsersFrom: 0 };
  }
}

function* both<T>(first: Iterable<T>, second: Iterable<T>): Generator<T> {
  yield* first;
  yield* second;
}
