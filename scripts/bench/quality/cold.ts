import { HISTORY_MAX } from "../../../src/base/index.ts";
import { LATE_FEATURES } from "../../../src/catalogue/index.ts";
import {
  type Cases,
  type Content,
  coldCases,
  compareRanks,
  contentKnnModel,
  foldContent,
  type HeldOutItems,
  holdOutItems,
  type Interval,
  rankCases,
  takeContent,
} from "../../../src/learn/index.ts";
import { nodeEngine } from "../../../src/runtime/node.ts";
import { type ProtocolData, testingPart } from "../../data/protocol/index.ts";

/** Data without some of their items, and those items. */
export interface ColdData {
  /** What is learned from. */
  data: ProtocolData;
  held: HeldOutItems;
  /** Of all items in the new order. */
  content: Content;
  /** Test cases, all and those whose item was held out, these ranked among such items alone. */
  cases: { full: Cases; among: Cases };
}

/** Throws where the data say nothing of their items: nothing could place those that nobody has had. */
export function withoutItems(data: ProtocolData, share: number, seed: number): ColdData {
  if (data.content === null)
    throw new Error("these data describe no items: there is nothing to place a new one by");
  const held = holdOutItems(data.dataset, share, seed);
  const itemAt = new Uint32Array(held.places.length);
  for (const [item, place] of held.places.entries()) itemAt[place] = item;
  const content = takeContent(data.content, itemAt);
  const { test } = testingPart(data);
  const cases = coldCases(test, held);
  if (cases.among.targetRows.length === 0) {
    const items = held.places.length - held.from;
    throw new Error(`no test case asks for one of the ${items} items that a share of ${share} holds out`);
  }
  return {
    data: {
      ...data,
      // The rows that are left have a cut of their own: by that, some that are to be found would be fitted.
      ...(test.cutMs === undefined ? {} : { cutMs: test.cutMs }),
      dataset: held.dataset,
      items: null,
      content: takeContent(data.content, itemAt.subarray(0, held.from)),
    },
    held,
    content,
    cases,
  };
}

interface Comparison {
  cases: number;
  model: Record<string, number>;
  contentKnn: Record<string, number>;
  /** The model less the neighbours, with 95 % intervals by paired bootstrap over users. */
  difference: Record<string, Interval>;
}

export interface ColdReport {
  items: number;
  /** Items held out, ranked among themselves. */
  among: Comparison;
  /** Of the cases of held-out items, ranked among all. */
  amongAll: Comparison;
  /** All cases, ranked among all items. */
  full: Comparison;
}

const yieldTo = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The exported graph is told of the held-out items as late ones; neighbours by content know all items alike. */
export async function measureCold(
  onnx: Uint8Array,
  { held, content, cases }: ColdData,
  {
    names,
    seed,
    rankMax,
    limit,
  }: { names: readonly string[]; seed: number; rankMax: number; limit(cases: Cases): Cases },
): Promise<ColdReport> {
  const engine = nodeEngine();
  const vectors = foldContent(content, LATE_FEATURES);
  const knn = contentKnnModel(vectors, LATE_FEATURES);
  const ranked = { historyMax: HISTORY_MAX, contentWidth: LATE_FEATURES, rankMax };
  const late = {
    ...ranked,
    itemCount: held.from,
    lateFeatures: vectors.slice(held.from * LATE_FEATURES),
  };
  const compare = async (all: Cases): Promise<Comparison> => {
    const own = limit(all);
    const ranks = {
      model: await rankCases(engine, onnx, own, late, yieldTo),
      popularity: await rankCases(engine, knn, own, ranked, yieldTo),
    };
    const metrics = await compareRanks(ranks, own.users, seed, yieldTo, { mean: own.mean, names });
    const pick = (of: (name: string) => number) =>
      Object.fromEntries(names.map((name) => [name, Math.round(of(name) * 1e5) / 1e5]));
    return {
      cases: own.targetRows.length,
      model: pick((name) => metrics[name]?.model.value ?? 0),
      contentKnn: pick((name) => metrics[name]?.popularity.value ?? 0),
      difference: Object.fromEntries(
        Object.entries(metrics).map(([name, { difference }]) => [name, difference]),
      ),
    };
  };
  return {
    items: vectors.length / LATE_FEATURES - held.from,
    among: await compare(cases.among),
    amongAll: await compare({ ...cases.among, known: cases.full.known }),
    full: await compare(cases.full),
  };
}
