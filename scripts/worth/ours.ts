import {
  DEVICE_HISTORY_MAX,
  type Engine,
  SECOND_MS,
  type Session,
  type Tensor,
} from "../../src/base/index.ts";
import { contentFeatures, LATE_FEATURES } from "../../src/catalogue/index.ts";
import { historyOfItems } from "../../src/serving/index.ts";
import type { Product } from "../simulate/index.ts";
import { bestOf, type Policy, type Question } from "./policy.ts";
import { popularity } from "./popularity.ts";
import type { Trainer } from "./trainer.ts";

/** A night's model as the scorer would hold it. */
interface Live {
  session: Session;
  /** [N] product index of the model's item. */
  products: readonly number[];
  /** [products] the model's item index, −1 for one published since. */
  indexes: Int32Array;
}

/**
 * The service itself: retrained every night, its exported graph run by the engine as the scorer runs it, with the history that the
 * beacon sends, what is published since placed by its content. Who has no history gets the popular list, as the service's ladder gives.
 */
export function oursPolicy(
  products: readonly Product[],
  { engine, trainer }: { engine: Engine; trainer: Trainer },
): Policy {
  const content = products.map(({ item }) => contentFeatures(item, LATE_FEATURES));
  let popular = popularity(products, null);
  let live: Live | null = null;
  return {
    name: "ours",
    async learn(night) {
      popular = popularity(products, night);
      const known = [...products.keys()].filter((index) => night.published[index] === 1);
      const items = known.map((index) => (products[index] as Product).item);
      const onnx = await trainer.train(night.rows, items);
      if (onnx === null) return;
      await live?.session.release();
      const indexes = new Int32Array(products.length).fill(-1);
      for (const [index, product] of known.entries()) indexes[product] = index;
      live = { session: await engine.load(onnx), products: known, indexes };
    },
    async rank(question) {
      if (live === null || question.recent.length === 0) return bestOf(question, popular);
      return runModel(live, content, question);
    },
  };
}

async function runModel(
  { session, products, indexes }: Live,
  content: readonly Float32Array[],
  question: Question,
): Promise<number[]> {
  const { allowed, recent, limit } = question;
  const late = [...allowed.keys()].filter(
    (index) => indexes[index] === -1 && (allowed[index] === 1 || recent.includes(index)),
  );
  const all = [...products, ...late];
  const lateFeatures = new Float32Array(late.length * LATE_FEATURES);
  for (const [j, index] of late.entries())
    lateFeatures.set(content[index] as Float32Array, j * LATE_FEATURES);
  const bias = Float32Array.from(all, (index) => (allowed[index] === 1 ? 0 : Number.NEGATIVE_INFINITY));
  const placeOf = (index: number) =>
    indexes[index] === -1 ? products.length + late.indexOf(index) : (indexes[index] as number);
  const { items, scores } = await session.run({
    ...historyFeeds(question, placeOf),
    late_features: { type: "float32", dims: [late.length, LATE_FEATURES], data: lateFeatures },
    bias: { type: "float32", dims: [1, bias.length], data: bias },
    k: { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(Math.min(limit, all.length))) },
  });
  const found = Array.from(items?.data as BigInt64Array, (place) => all[Number(place)] as number);
  return found.filter((_, rank) => (scores?.data[rank] as number) > Number.NEGATIVE_INFINITY);
}

/** Few lengths, as the scorer has them: ONNX Runtime plans memory per shape. */
const HISTORY_LENGTHS = [8, 32, DEVICE_HISTORY_MAX] as const;

/** The graph's inputs for one history, padded at the end, with the types and times that stand in for those a device does not send. */
function historyFeeds(
  { recent, timeMs }: Question,
  placeOf: (index: number) => number,
): Record<string, Tensor> {
  const { entries } = historyOfItems(recent.map(String), timeMs);
  const length = HISTORY_LENGTHS.find((candidate) => candidate >= entries.length) ?? entries.length;
  const dims = [1, length];
  const column = (value: (entry: (typeof entries)[number]) => number) => {
    const data = new Float32Array(length);
    data.set(entries.map(value));
    return data;
  };
  const integers = (value: (entry: (typeof entries)[number]) => number) =>
    BigInt64Array.from(column(value), BigInt);
  return {
    history: { type: "int64", dims, data: integers(({ itemId }) => placeOf(Number(itemId))) },
    history_weight: { type: "float32", dims, data: column(({ weight }) => weight) },
    history_age: {
      type: "float32",
      dims,
      data: column(({ occurredAtMs }) => (timeMs - occurredAtMs) / SECOND_MS),
    },
    history_type: { type: "int64", dims, data: integers(({ typeCode }) => typeCode) },
    history_mask: { type: "float32", dims, data: column(() => 1) },
  };
}
